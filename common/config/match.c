/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/match.h"

struct match {
	enum match_kind kind;
	bool any;
	bool glob; /* in the host, or in the word */
	char *user; /* NULL: of any */
	char *scheme;
	char *host;
	char *port;
	char *path;
	char *text;
};

void
match_free(struct match *match)
{
	if (match == NULL)
		return;
	free(match->user);
	free(match->scheme);
	free(match->host);
	free(match->port);
	free(match->path);
	free(match->text);
	free(match);
}

static int
read_target(enum match_kind kind, const char *pattern, struct target *target,
    struct error *err)
{
	switch (kind) {
	case MATCH_URL:
		return target_url_pattern(pattern, target, err);
	case MATCH_REGISTRY:
		return target_docker_pattern(pattern, target, err);
	default:
		return target_word(pattern, target, err);
	}
}

/* A whole target is some KiB; a binding keeps what it needs of it. */
static struct match *
match_new(enum match_kind kind, const struct target *target)
{
	struct match *match = calloc(1, sizeof(*match));

	if (match == NULL)
		return NULL;
	match->kind = kind;
	match->any = target->text[0] == '\0';
	match->glob = strchr(kind == MATCH_WORD ? target->text : target->host,
			  '*') != NULL;
	match->scheme = strdup(target->scheme);
	match->host = strdup(target->host);
	match->port = strdup(target->port);
	match->path = strdup(target->path);
	match->text = strdup(target->text);
	if (match->scheme == NULL || match->host == NULL ||
	    match->port == NULL || match->path == NULL || match->text == NULL) {
		match_free(match);
		return NULL;
	}
	return match;
}

int
match_read(enum match_kind kind, const char *pattern, struct match **match,
    struct error *err)
{
	struct target target = {.text = ""};

	if (pattern != NULL && read_target(kind, pattern, &target, err) == -1) {
		if (err != NULL)
			err->fault = FAULT_CONFIG;
		return error_at(err, STAGE_CONFIG);
	}
	if (strchr(target.path, '*') != NULL)
		return error_set(err, FAULT_CONFIG,
		    "'%s' has a `*` in its path: a binding's path is a prefix",
		    target.text);
	if ((*match = match_new(kind, &target)) == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	return 0;
}

int
match_for_user(struct match *match, const char *user, size_t length)
{
	const char *rest = strstr(match->text, "://");
	char *text = NULL;

	rest = rest == NULL ? match->text : rest + 3;
	match->user = strndup(user, length);
	if (match->user == NULL ||
	    asprintf(&text, "%.*s%s@%s", (int)(rest - match->text),
		match->text, match->user, rest) == -1)
		return -1;
	free(match->text);
	match->text = text;
	return 0;
}

static bool
path_fits(const char *prefix, const char *path)
{
	size_t length = strlen(prefix);

	if (length == 0)
		return true;
	return strncmp(prefix, path, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/');
}

bool
match_same_host(const struct match *match, const struct target *target)
{
	return strcmp(match->scheme, target->scheme) == 0 &&
	       strcmp(match->port, target->port) == 0 &&
	       text_glob_host(match->host, target->host);
}

bool
match_fits(const struct match *match, const struct target *target)
{
	if (match->any)
		return true;
	if (match->kind == MATCH_WORD)
		return text_glob(match->text, target->text);
	if (match->user != NULL && strcmp(match->user, target->user) != 0)
		return false;
	return match_same_host(match, target) &&
	       path_fits(match->path, target->path);
}

static int
written_out(const struct match *match)
{
	const char *text =
	    match->kind == MATCH_WORD ? match->text : match->host;
	int count = 0;

	for (; *text != '\0'; text++)
		count += *text != '*';
	return count;
}

int
match_compare(const struct match *a, const struct match *b)
{
	if (a->any != b->any)
		return b->any - a->any;
	if (a->glob != b->glob)
		return b->glob - a->glob;
	if (written_out(a) != written_out(b))
		return written_out(a) - written_out(b);
	if (strlen(a->path) != strlen(b->path))
		return (int)strlen(a->path) - (int)strlen(b->path);
	return (a->user != NULL) - (b->user != NULL);
}

const char *
match_text(const struct match *match)
{
	return match->text;
}

const char *
match_user(const struct match *match)
{
	return match->user;
}

bool
match_has_path(const struct match *match)
{
	return match->path[0] != '\0';
}

bool
match_has_glob(const struct match *match)
{
	return match->glob || match->any;
}
