/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/around.h"
#include "agent/verbs.h"
#include "audit/journal.h"
#include "base/text.h"

/*
 * What a child session has to be kept from, for `daypass run --as`: only the
 * agent knows where the identities come from and which files it reads and
 * runs. Everything is said, whether it is there or not: `run` looks.
 */
struct telling {
	struct identity_trace trace;
	struct writing *writing;
	const struct identity *identity;
	char program[PATH_MAX]; /* of a command: what is run */
	bool has_file;		/* of a command: it is given one to read */
};

/* Programs that are nothing without what they are told to do: they cannot be
 * taken away, and it would not help. */
static const char *const general[] = {"sh", "bash", "dash", "zsh", "busybox",
    "env", "python3", "python", "perl", "node", "ruby", "curl", "cat", NULL};

static const char *
whole(const char *path, char full[PATH_MAX])
{
	const char *home = secure_getenv("HOME");

	if (text_starts(path, "~/") && home != NULL &&
	    snprintf(full, PATH_MAX, "%s%s", home, path + 1) < PATH_MAX)
		return full;
	return path;
}

static void
tell_path(struct writing *writing, const char *key, const char *path)
{
	char full[PATH_MAX];

	path = whole(path, full);
	if (path[0] == '/' && strchr(path, '\n') == NULL)
		writing_add(writing, key, path);
}

static bool
is_command(const struct telling *telling)
{
	return strcmp(telling->identity->name, "command") == 0;
}

/* What picks the principal is what to hide: of all that is traced, the paths.
 * The last one of a command is the program, after its words. */
static void
add(struct identity_trace *trace, const char *what)
{
	struct telling *telling = (struct telling *)trace;

	if (what[0] != '/' || access(what, F_OK) == -1)
		return;
	if (!is_command(telling)) {
		tell_path(telling->writing, "hide", what);
		return;
	}
	if (telling->program[0] != '\0' &&
	    strcmp(telling->program, what) != 0) {
		tell_path(telling->writing, "hide", telling->program);
		telling->has_file = true;
	}
	text_copy(telling->program, PATH_MAX, what);
}

static bool
is_general(const char *program)
{
	const char *name = strrchr(program, '/') + 1;

	for (size_t i = 0; general[i] != NULL; i++)
		if (strcmp(name, general[i]) == 0)
			return true;
	return false;
}

static void
tell_program(const struct telling *telling)
{
	const char *program = telling->program;

	if (!is_command(telling) || program[0] == '\0')
		return;
	if (!is_general(program))
		tell_path(telling->writing, "hide", program);
	else if (!telling->has_file)
		writing_add(telling->writing, "open",
		    "[identity] command runs a program that cannot be taken "
		    "away from the session: put what it does into a script, "
		    "and name that by its whole path");
}

/* Read-only as well, for then `run` makes what is not there. */
static void
tell_homes(const struct telling *telling, const struct surroundings *around)
{
	const struct identity *identity = telling->identity;
	const char *const *home = identity->homes;
	char path[PATH_MAX], reason[256];

	if (home == NULL || !identity->here(around, reason, sizeof(reason)))
		return;
	for (; *home != NULL; home++) {
		snprintf(path, sizeof(path), "~/%s", *home);
		tell_path(telling->writing, "read-only", path);
		tell_path(telling->writing, "hide", path);
	}
}

/* 1: told; 0: a variable is wanted; -1: not usable, so there is nothing. */
static int
tell_identity(const struct identity *identity, const struct settings *settings,
    const struct message *request, struct writing *writing,
    char want[AROUND_WANT])
{
	struct telling telling = {
	    .trace.add = add, .writing = writing, .identity = identity};
	scoped(surroundings) struct surroundings *around = NULL;
	int made;

	settings_each (variable, settings, "variable")
		writing_add(writing, "unset", variable->value);
	if (identity->trace == NULL)
		return 1;
	made = around_make(identity, settings, request, &around, want, NULL);
	if (made != 1)
		return made;
	if (identity->trace(settings, around, &telling.trace, NULL) == -1)
		return -1;
	tell_program(&telling);
	tell_homes(&telling, around);
	return 1;
}

/* Whether a section names the source or implies it: what it could mean. */
static bool
may_mean(const struct settings *settings, const struct identity *identity)
{
	const char *source = settings_get(settings, "source");

	return source == NULL || strcmp(source, "auto") == 0 ||
	       strcmp(source, identity->name) == 0;
}

static int
tell_section(const struct config *config, const char *name,
    const struct message *request, struct writing *writing,
    char want[AROUND_WANT])
{
	const struct settings *settings = NULL;

	/* one with a mistake is never asked */
	if (config_section(config, "identity", name, &settings, NULL) == -1)
		return 1;
	for (size_t i = 0; identities[i] != NULL; i++)
		if (may_mean(settings, identities[i]) &&
		    tell_identity(
			identities[i], settings, request, writing, want) == 0)
			return 0;
	return 1;
}

/* On whose PATH they are found is not for us alone to say. */
static void
tell_programs(struct writing *writing)
{
	for (size_t i = 0; identities[i] != NULL; i++) {
		const char *const *name = identities[i]->programs;

		for (; name != NULL && *name != NULL; name++)
			writing_add(writing, "program", *name);
	}
}

static void
tell_variables(struct writing *writing)
{
	for (size_t i = 0; identities[i] != NULL; i++) {
		const char *const *name = identities[i]->variables;

		/* where things are is no secret, and others go by it too */
		for (; name != NULL && *name != NULL; name++)
			if (!text_starts(*name, "XDG_"))
				writing_add(writing, "unset", *name);
	}
}

/* Also those that no section asks for: whoever is inside must not. */
static int
tell_identities(const struct config *config, const struct message *request,
    struct writing *writing, char want[AROUND_WANT])
{
	const char *const *names = config_names(config, "identity");

	tell_programs(writing);
	tell_variables(writing);
	for (size_t i = 0; identities[i] != NULL; i++)
		tell_identity(identities[i], NULL, request, writing, want);
	if (tell_section(config, NULL, request, writing, want) == 0)
		return 0;
	for (size_t i = 0; names[i] != NULL; i++)
		if (tell_section(config, names[i], request, writing, want) == 0)
			return 0;
	return 1;
}

/* Where the agent finds what it runs. */
static void
tell_program_directories(struct writing *writing)
{
	const char *path = secure_getenv("PATH");
	char one[PATH_MAX];

	for (size_t length; path != NULL && *path != '\0'; path += length) {
		path += *path == ':';
		length = strcspn(path, ":");
		if (length == 0 || length >= sizeof(one))
			continue;
		snprintf(one, sizeof(one), "%.*s", (int)length, path);
		tell_path(writing, "read-only", one);
	}
}

/* A file of records, and those that it was rotated to. */
static void
tell_records(const char *path, struct writing *writing)
{
	char older[PATH_MAX];

	tell_path(writing, "hide", path);
	for (unsigned i = 1; i <= JOURNAL_KEEP_MAX && path[0] == '/'; i++)
		if (snprintf(older, sizeof(older), "%s.%u", path, i) <
			(int)sizeof(older) &&
		    access(older, F_OK) == 0)
			tell_path(writing, "hide", older);
}

/* Whom the agent believes to be who they say: one certificate more, and it
 * hands a token to whoever is on the way. What is not there is not made, for
 * these are files. */
static void
tell_root(struct writing *writing, const char *path)
{
	char full[PATH_MAX];

	if (path != NULL && access(whole(path, full), F_OK) == 0)
		tell_path(writing, "read-only", path);
}

static void
tell_roots(const struct config *config, struct writing *writing)
{
	const struct settings *settings = NULL;
	const char *list = secure_getenv("SSL_CERT_DIR");
	char one[PATH_MAX];

	if (config_section(config, "http", NULL, &settings, NULL) == 0)
		tell_root(writing, settings_get(settings, "ca-file"));
	tell_root(writing, secure_getenv("SSL_CERT_FILE"));
	tell_root(writing, secure_getenv("CURL_CA_BUNDLE"));
	/* X509_LOOKUP_hash_dir(3) */
	for (size_t length; list != NULL && *list != '\0'; list += length) {
		list += *list == ':';
		length = strcspn(list, ":");
		if (snprintf(one, sizeof(one), "%.*s", (int)length, list) <
		    (int)sizeof(one))
			tell_root(writing, one);
	}
}

static void
tell_files(const struct config *config, struct writing *writing)
{
	const struct settings *settings = NULL;
	const char *path;

	for (size_t i = 0; (path = config_file(config, i)) != NULL; i++)
		tell_path(writing, "configuration", path);
	tell_roots(config, writing);
	if (config_section(config, "approval", NULL, &settings, NULL) == 0 &&
	    (path = settings_get(settings, "command")) != NULL)
		tell_path(writing, "read-only", path);
	if (config_section(config, "audit", NULL, &settings, NULL) == -1)
		return;
	settings_each (sink, settings, "sink")
		if (text_starts(sink->value, "file:"))
			tell_records(sink->value + strlen("file:"), writing);
}

/* [isolation] itself. */
static int
tell_wishes(
    const struct config *config, struct writing *writing, struct error *err)
{
	const struct settings *settings = NULL;

	if (config_usable(config, err) == -1 ||
	    config_section(config, "isolation", NULL, &settings, err) == -1)
		return error_at(err, STAGE_CONFIG);
	settings_each (path, settings, "hide")
		tell_path(writing, "hide", path->value);
	settings_each (path, settings, "read-only")
		tell_path(writing, "read-only", path->value);
	settings_each (path, settings, "show")
		tell_path(writing, "show", path->value);
	settings_each (name, settings, "unset")
		writing_add(writing, "unset", name->value);
	settings_each (name, settings, "keep")
		writing_add(writing, "keep", name->value);
	return 0;
}

static void
begin(struct asker *asker, const struct config *config)
{
	struct writing *writing = asker_writing(asker, "ok");
	struct error err = {.fault = FAULT_NONE};
	char want[AROUND_WANT];

	if (tell_wishes(config, writing, &err) == -1) {
		asker_error(asker, &err);
		return;
	}
	tell_program_directories(writing);
	tell_files(config, writing);
	if (tell_identities(config, asker_request(asker), writing, want) == 0)
		around_want(asker_writing(asker, "want"), want);
	asker_answer(asker);
}

const struct verb verb_isolation = {.name = "isolation", .begin = begin};
