/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/program.h"
#include "base/text.h"
#include "config/match.h"
#include "helpers/daypass/shadow.h"

/*
 * git itself says what it reads, in its order: `git config -z --show-origin`.
 * An empty helper forgets those before it; the first that answers is taken;
 * all of them are told what was (gitcredentials(7)).
 */
#define PATIENCE 5000 /* ms */
#define OUTPUT_MAX (64 * 1024)
#define HELPERS_MAX 32
#define HOSTS_MAX 8

static const char ours[] = "git-credential-daypass";
static const char setup[] = "daypass setup git";

struct line {
	const char *origin, *key, *value;
};

/* The lines are the secret's: some hold passwords. */
struct reading {
	struct shadows *shadows;
	struct target target;
	struct line helpers[HELPERS_MAX]; /* that are asked, in that order */
	size_t count;
	struct line reset; /* what has forgotten us; key NULL: nothing */
	struct line header;
	struct line use_path;
	struct match *pattern;		   /* where the binding has globs */
	char hosts[HOSTS_MAX][TARGET_MAX]; /* of it, that git has a word for */
	size_t host_count;
};

/* git's own words for a subsection's URL; "example.com" is any scheme's. */
static bool
is_for(const struct reading *reading, const char *key, size_t section)
{
	scoped(match) struct match *match = NULL;
	const char *from = key + section, *to = strrchr(key, '.');
	char pattern[TARGET_MAX];
	int wrote;

	if (to <= from) /* no subsection: for all */
		return true;
	from++;
	wrote = snprintf(pattern, sizeof(pattern), "%s%s%.*s",
	    memmem(from, (size_t)(to - from), "://", 3) == NULL
		? reading->target.scheme
		: "",
	    memmem(from, (size_t)(to - from), "://", 3) == NULL ? "://" : "",
	    (int)(to - from), from);
	if (wrote < 0 || (size_t)wrote >= sizeof(pattern) ||
	    match_read(MATCH_URL, pattern, &match, NULL) == -1)
		return false;
	return match_fits(match, &reading->target);
}

/* One host of many has settings of its own: it is looked at by itself. */
static void
note_host(struct reading *reading, const char *key)
{
	const char *from = strchr(key, '.'), *to = strrchr(key, '.');
	char *url = reading->hosts[reading->host_count];
	struct target target;
	int wrote;

	if (reading->pattern == NULL || reading->host_count == HOSTS_MAX ||
	    from == NULL || to <= from ||
	    memchr(from, '*', (size_t)(to - from)))
		return;
	from++;
	wrote = snprintf(url, TARGET_MAX, "%s%.*s",
	    memmem(from, (size_t)(to - from), "://", 3) == NULL ? "https://"
								: "",
	    (int)(to - from), from);
	if (wrote < 0 || wrote >= TARGET_MAX ||
	    target_url(url, &target, NULL) == -1 ||
	    !match_fits(reading->pattern, &target))
		return;
	for (size_t i = 0; i < reading->host_count; i++)
		if (strcmp(reading->hosts[i], url) == 0)
			return;
	reading->host_count++;
}

/* git runs "git credential-NAME" where it is told no path: our program's whole
 * name is then another's. */
static bool
is_us(const struct line *line)
{
	if (strcmp(line->value, ours) == 0)
		return false;
	return shadow_is_ours(line->value, ours) ||
	       shadow_is_ours(line->value, "daypass");
}

static void
take_helper(struct reading *reading, const struct line *line)
{
	if (line->value[0] != '\0') {
		if (reading->count < HELPERS_MAX)
			reading->helpers[reading->count++] = *line;
		return;
	}
	for (size_t i = 0; i < reading->count; i++)
		if (is_us(&reading->helpers[i]))
			reading->reset = *line;
	reading->count = 0;
}

static void
take_line(struct reading *reading, const struct line *line)
{
	const char *name = strrchr(line->key, '.') + 1;

	if (!is_for(reading, line->key, strcspn(line->key, "."))) {
		note_host(reading, line->key);
		return;
	}
	if (strcmp(name, "helper") == 0)
		take_helper(reading, line);
	else if (strcmp(name, "usehttppath") == 0)
		reading->use_path = *line;
	else if (strcmp(name, "extraheader") == 0 &&
		 strncasecmp(line->value, "authorization:", 14) == 0)
		reading->header = *line;
	else if (strcmp(name, "extraheader") == 0 && line->value[0] == '\0')
		reading->header = (struct line){0};
}

/* ORIGIN NUL KEY newline VALUE NUL ...; changed in place. A key without a
 * value means true. */
static void
take_all(struct reading *reading, char *text, size_t length)
{
	char *end = text + length;

	for (char *at = text; at < end;) {
		struct line line = {.origin = at, .value = "true"};
		char *value;

		at += strlen(at) + 1;
		if (at >= end)
			return;
		line.key = at;
		value = strchr(at, '\n');
		at += strlen(at) + 1;
		if (value != NULL) {
			*value = '\0';
			line.value = value + 1;
		}
		if (strchr(line.key, '.') != NULL)
			take_line(reading, &line);
	}
}

/* git says "file:PATH", and "command line:" and its like for what lies in none.
 */
static void
look_at_header(const struct reading *reading)
{
	const struct line *header = &reading->header;
	char remedy[CHECKS_TEXT];

	if (header->key == NULL)
		return;
	if (text_starts(header->origin, "file:"))
		snprintf(remedy, sizeof(remedy),
		    "git config --file '%.400s' --unset-all '%.400s'",
		    header->origin + strlen("file:"), header->key);
	else
		snprintf(remedy, sizeof(remedy),
		    "take %.400s out of git's environment", header->key);
	shadow_add(reading->shadows, "git-header", remedy,
	    "%s has an Authorization header in %s, which git sends before it "
	    "asks anybody",
	    header->origin, header->key);
}

static void
look_at_path(const struct reading *reading)
{
	const char *binding = reading->shadows->binding;
	const char *host = binding == NULL ? NULL : strstr(binding, "://");
	const char *value =
	    reading->use_path.key == NULL ? "false" : reading->use_path.value;
	char remedy[TARGET_MAX];

	if (host == NULL || strchr(host + 3, '/') == NULL ||
	    strchr(host + 3, '/')[1] == '\0' || text_boolean(value) == 1)
		return;
	snprintf(remedy, sizeof(remedy),
	    "git config --global credential.%.*s.useHttpPath true",
	    (int)(strchr(host + 3, '/') - binding), binding);
	shadow_add(reading->shadows, "git-path", remedy,
	    "git asks without the path, and [git \"%s\"] binds one", binding);
}

/* https://host:port, as git's own sections name it; globs and all. */
static const char *
origin_of(const struct reading *reading, char text[TARGET_MAX])
{
	const char *shown = reading->shadows->shown;
	const char *host = strstr(shown, "://");
	char authority[300];

	if (reading->shadows->globs && host != NULL)
		snprintf(text, TARGET_MAX, "%.*s",
		    (int)(host + 3 - shown + (ptrdiff_t)strcspn(host + 3, "/")),
		    shown);
	else
		snprintf(text, TARGET_MAX, "%s://%s", reading->target.scheme,
		    target_authority(
			&reading->target, authority, sizeof(authority)));
	return text;
}

/* Helpers that come first may answer, and those that come later are told what
 * we answered: `store` writes it to a file. */
static void
look_at_helper(const struct reading *reading, size_t i, bool before)
{
	const struct line *line = &reading->helpers[i];
	size_t length = strcspn(line->value, " \t");
	char remedy[2 * TARGET_MAX], origin[TARGET_MAX];
	bool keeps =
	    length >= 5 && strncmp(line->value + length - 5, "store", 5) == 0;

	snprintf(remedy, sizeof(remedy),
	    "an empty `helper =` before ours in [credential \"%s\"]",
	    origin_of(reading, origin));
	if (before)
		shadow_add(reading->shadows, "git-helper", remedy,
		    "git asks '%.*s' (%s, %s) before daypass", (int)length,
		    line->value, line->key, line->origin);
	else
		shadow_note(reading->shadows, "git-other",
		    "take it away, or reset before ours and name none after",
		    "git tells '%.*s' (%s) what daypass answers%s", (int)length,
		    line->value, line->origin,
		    keeps ? ", and that writes it to a file" : "");
}

static void
look_at_none(const struct reading *reading)
{
	if (reading->reset.key != NULL)
		shadow_add(reading->shadows, "git-helper", setup,
		    "an empty %s in %s forgets daypass, which was set before "
		    "it",
		    reading->reset.key, reading->reset.origin);
	else if (reading->count > 0 &&
		 strcmp(reading->helpers[0].value, ours) == 0)
		shadow_add(reading->shadows, "git-helper", setup,
		    "git takes '%s' (%s, %s) for `git credential-%s`: it wants "
		    "a path, or the word daypass",
		    ours, reading->helpers[0].key, reading->helpers[0].origin,
		    ours);
	else if (reading->count > 0)
		shadow_add(reading->shadows, "git-helper", setup,
		    "git asks '%.*s' (%s, %s) and never daypass",
		    (int)strcspn(reading->helpers[0].value, " \t"),
		    reading->helpers[0].value, reading->helpers[0].key,
		    reading->helpers[0].origin);
	else
		shadow_note(reading->shadows, "git-setup", setup,
		    "git asks no helper for %s", reading->shadows->shown);
}

static void
look_at_helpers(const struct reading *reading)
{
	size_t i = 0;
	char path[PATH_MAX];

	while (i < reading->count && !is_us(&reading->helpers[i]))
		i++;
	if (i == reading->count) {
		look_at_none(reading);
		return;
	}
	for (size_t j = 0; j < reading->count; j++)
		if (!is_us(&reading->helpers[j]))
			look_at_helper(reading, j, j < i);
	if (shadow_missing(reading->helpers[i].value, path, sizeof(path)) !=
	    NULL)
		shadow_add(reading->shadows, "git-setup", setup,
		    "git is told to run %s (%s), which cannot be run", path,
		    reading->helpers[i].origin);
	else
		shadow_good(reading->shadows, "git-setup",
		    "%s asks daypass: %s", reading->shadows->shown,
		    reading->helpers[i].origin);
	look_at_path(reading);
}

/* .netrc knows no ports. */
static bool
is_machine(const struct reading *reading, const char *name, size_t length)
{
	const char *shown = reading->shadows->shown;
	const char *from = strstr(shown, "://");
	char host[256], pattern[256];

	if (length >= sizeof(host))
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)length, name);
	if (!reading->shadows->globs || from == NULL)
		return strcmp(reading->target.host, host) == 0;
	snprintf(pattern, sizeof(pattern), "%.*s", (int)strcspn(from + 3, ":/"),
	    from + 3);
	return text_glob_host(pattern, host);
}

/* libcurl reads it for git, who then asks nobody. */
static void
look_at_netrc(const struct reading *reading)
{
	char path[PATH_MAX], remedy[CHECKS_TEXT], *text = NULL;

	if (shadow_path(NULL, ".netrc", path, sizeof(path)) == -1 ||
	    access(path, R_OK) == -1 ||
	    shadow_read(reading->shadows, "git-netrc", path, &text) != 0)
		return;
	for (const char *at = text; (at = strstr(at, "machine")) != NULL;) {
		at += strlen("machine");
		at += strspn(at, " \t\r\n");
		if (is_machine(reading, at, strcspn(at, " \t\r\n"))) {
			snprintf(remedy, sizeof(remedy),
			    "take the lines of machine %.*s out of %.500s",
			    (int)strcspn(at, " \t\r\n"), at, path);
			shadow_add(reading->shadows, "git-netrc", remedy,
			    "%s has a password for %.*s, which git uses before "
			    "it asks anybody",
			    path, (int)strcspn(at, " \t\r\n"), at);
			break;
		}
	}
	shadow_forget(&text);
}

static struct secret *
ask_git(struct shadows *shadows)
{
	char git[PATH_MAX];
	const char *const argv[] = {git, "config", "-z", "--show-origin",
	    "--get-regexp",
	    "^(credential\\.(.*\\.)?(helper|usehttppath)|"
	    "http\\.(.*\\.)?extraheader)$",
	    NULL};
	struct secret *output = NULL;
	struct error err = {.fault = FAULT_NONE};

	if (program_find("git", shadow_variable("PATH"), git, sizeof(git)) ==
	    -1) {
		shadow_note(shadows, "git-setup",
		    "install git, or put its directory into PATH",
		    "git is not on PATH");
		return NULL;
	}
	if (program_run(argv, (const char *const *)environ,
		clock_ms() + PATIENCE, OUTPUT_MAX, &output, &err) == 0)
		return output;
	/* with nothing to tell it exits 1, and says nothing */
	if (strstr(err.text, "fatal") != NULL ||
	    strstr(err.text, "error") != NULL ||
	    strstr(err.text, "bad config") != NULL) {
		shadow_add(shadows, "git-setup",
		    "mend the line that it names; git config --list tells "
		    "the same",
		    "git cannot read its configuration: %s", err.text);
		return NULL;
	}
	return secret_new(1);
}

static void
look(struct shadows *shadows)
{
	struct reading reading = {.shadows = shadows};
	scoped(secret) struct secret *output = NULL;
	scoped(match) struct match *pattern = NULL;

	if (shadows->globs &&
	    match_read(MATCH_URL, shadows->shown, &pattern, NULL) == -1)
		return;
	reading.pattern = pattern;
	if (target_url(shadows->target, &reading.target, NULL) == -1 ||
	    (output = ask_git(shadows)) == NULL)
		return;
	take_all(&reading, (char *)(uintptr_t)secret_bytes(output),
	    secret_length(output));
	look_at_header(&reading);
	look_at_netrc(&reading);
	look_at_helpers(&reading);
	for (size_t i = 0; i < reading.host_count; i++) {
		struct shadows one = {.checks = shadows->checks,
		    .target = reading.hosts[i],
		    .shown = reading.hosts[i],
		    .binding = shadows->binding};

		look(&one);
	}
}

const struct shadow shadow_git = {.tool = "git", .look = look};
