/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/dirs.h"
#include "base/program.h"
#include "config/match.h"
#include "helpers/daypass/setup_json.h"
#include "helpers/daypass/setup_member.h"
#include "helpers/daypass/setup_store.h"
#include "helpers/daypass/setup_tools.h"
#include "helpers/daypass/setup_wanted.h"

#define STORE_MAX 128

static const char fallback_what[] = "[docker] fallback";

static bool
has_glob(const struct config *config)
{
	const struct section *binding;
	size_t i = 0;

	while ((binding = setup_wanted_next(config, "docker", &i)) != NULL)
		if (match_has_glob(binding->match))
			return true;
	return false;
}

/* A store's name, as docker appends it to "docker-credential-". */
static bool
is_store(const char *name)
{
	return name[0] != '\0' &&
	       name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789_.-")] ==
		   '\0';
}

/* Logins that lie in the file itself: docker would not look at them any more.
 * -1: the file has it otherwise than docker writes it. */
static int
has_logins(const struct setup_text *text, struct error *err)
{
	struct setup_json_object whole, auths, each;
	struct setup_json_member member, login = {.key_end = 0};
	int found;

	if (setup_json_object(text, 0, &whole, err) == -1)
		return -1;
	found = setup_json_member(text, &whole, "auths", true, &member, err);
	if (found != 1)
		return found;
	if (setup_json_object(text, member.value, &auths, err) == -1)
		return -1;
	while (setup_json_next(text, &auths, &login))
		if (setup_json_object(text, login.value, &each, err) == -1 ||
		    each.count > 0)
			return 1;
	return 0;
}

/* What docker itself would take where none is named (its file
 * credentials/default_store_linux.go). */
static void
find_usual(char *name, size_t size)
{
	const char *path = setup_variable("PATH");
	char found[DIRS_PATH_MAX];

	name[0] = '\0';
	if (path == NULL)
		return;
	if (program_find("pass", path, found, sizeof(found)) == 0) {
		if (program_find("docker-credential-pass", path, found,
			sizeof(found)) == 0)
			snprintf(name, size, "pass");
	} else if (program_find("docker-credential-secretservice", path, found,
		       sizeof(found)) == 0) {
		snprintf(name, size, "secretservice");
	}
}

/* The store that docker has now; "" for none. 1: it is daypass. */
static int
find_store(
    const struct setup_text *text, char *name, size_t size, struct error *err)
{
	const char *bytes = setup_text_bytes(text);
	struct setup_json_member member;
	int found = 0;

	name[0] = '\0';
	if (bytes[strspn(bytes, " \t\r\n")] == '\0') {
		find_usual(name, size);
		return 0;
	}
	found = setup_member_find(text, "", "credsStore", &member, err);
	if (found == -1)
		return -1;
	if (found == 1 && setup_json_is(text, &member, "daypass"))
		return 1;
	if (found == 1 && member.value_end - member.value > 2) {
		snprintf(name, size, "%.*s",
		    (int)(member.value_end - member.value - 2),
		    text->bytes + member.value + 1);
		return is_store(name)
			   ? 0
			   : error_set(err, FAULT_CONFIG,
				 "its credsStore is no store's name");
	}
	if (has_logins(text, err) == 0)
		find_usual(name, size);
	return 0;
}

static bool
has_fallback(const struct config *config)
{
	const struct section *docker =
	    sections_find(config_sections(config), "docker", NULL);

	return docker != NULL &&
	       settings_get(docker->settings, "fallback") != NULL;
}

static int
put_fallback(struct setup_plan *plan, const char *store, struct error *err)
{
	struct setup_draft *draft;
	char path[DIRS_PATH_MAX], lines[STORE_MAX + 64];
	const char *newline;
	bool named;

	if (dirs_config(path, sizeof(path), &named) == -1 || path[0] != '/')
		return error_set(err, FAULT_CONFIG,
		    "no absolute path leads to daypass's configuration");
	if (setup_plan_draft(plan, path, false, &draft, err) == -1)
		return -1;
	newline = setup_text_newline(&draft->now);
	snprintf(lines, sizeof(lines), "[docker]%s\tfallback = %s%s", newline,
	    store, newline);
	if (setup_plan_append(plan, draft, fallback_what, lines,
		strlen("[docker]") + strlen(newline), err) == -1)
		return -1;
	return setup_plan_note(plan, NOTE_CHANGE, path, err,
	    "put in [docker] fallback = %s", store);
}

/* What was remembered of daypass's configuration stays as long as daypass is
 * the store, and goes with it. */
static int
settle_fallback(struct setup_plan *plan, bool keep, struct error *err)
{
	struct setup_draft *draft;
	char path[DIRS_PATH_MAX];
	bool named;

	if (dirs_config(path, sizeof(path), &named) == -1 ||
	    !setup_plan_knows(plan, path))
		return 0;
	if (setup_plan_draft(plan, path, false, &draft, err) == -1)
		return -1;
	if (keep)
		setup_plan_keep(plan, draft, fallback_what);
	return setup_plan_retract(plan, draft, err);
}

/* The user's [docker] would not count beside the system's. */
static bool
is_taken(const struct config *config)
{
	const struct section *docker =
	    sections_find(config_sections(config), "docker", NULL);

	return docker != NULL && docker->origin == ORIGIN_SYSTEM;
}

static int
put_store(struct setup_plan *plan, const struct config *config,
    struct setup_draft *draft, const char *store, struct error *err)
{
	const char *bytes = setup_text_bytes(&draft->now);

	if (store[0] == '\0' && bytes[strspn(bytes, " \t\r\n")] != '\0' &&
	    has_logins(&draft->now, err) != 0) {
		plan->conflict = true;
		return setup_plan_note(plan, NOTE_SKIPPED, draft->path, err,
		    "globs in [docker] want daypass as credsStore, and then "
		    "docker would not see the logins in \"auths\" any more: "
		    "log out of them, or bind the registries by name");
	}
	if (store[0] != '\0' && !has_fallback(config) && is_taken(config)) {
		plan->conflict = true;
		return setup_plan_note(plan, NOTE_SKIPPED, draft->path, err,
		    "credsStore is %s, which would have to be daypass's "
		    "[docker] fallback, and the system's configuration has a "
		    "[docker] without one",
		    store);
	}
	if (setup_plan_member(
		plan, draft, "", "credsStore", "\"daypass\"", err) == -1 ||
	    setup_plan_note(plan, NOTE_CHANGE, draft->path, err,
		"put in credsStore%s%s", store[0] != '\0' ? ", for " : "",
		store) == -1)
		return -1;
	if (store[0] != '\0' && !has_fallback(config))
		return put_fallback(plan, store, err);
	return 0;
}

int
setup_store_settle(struct setup_plan *plan, const struct config *config,
    struct setup_draft *draft, bool write, struct error *err)
{
	char store[STORE_MAX];
	bool wanted = has_glob(config);
	int found = find_store(&draft->now, store, sizeof(store), err);

	if (found == -1)
		return error_in(err, "'%s'", draft->path);
	if (!write) {
		if (wanted && found == 1)
			setup_plan_keep(plan, draft, "credsStore");
		return settle_fallback(plan, wanted && found == 1, err);
	}
	if (!wanted || found == 1)
		return 0;
	return put_store(plan, config, draft, store, err);
}
