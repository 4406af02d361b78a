/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "config/match.h"
#include "config/pattern.h"
#include "config/schema.h"
#include "config/target.h"

/* Of a user name, with its NUL, in a struct target. */
#define USER_MAX 64

/* A pattern's parts as far as they can be told: SCHEME://USER@REST. */
struct parts {
	const char *scheme; /* with its "://"; "": there is none */
	const char *user;   /* NULL: there is none */
	const char *rest;
	int scheme_length;
	int user_length;
};

static struct parts
parts_of(const char *name)
{
	const char *end = strstr(name, "://");
	struct parts parts = {.scheme = "", .rest = name};
	const char *at;

	if (end != NULL) {
		parts.scheme = name;
		parts.scheme_length = (int)(end + 3 - name);
		parts.rest = end + 3;
	}
	at = memchr(parts.rest, '@', strcspn(parts.rest, "/?"));
	if (at != NULL) {
		parts.user = parts.rest;
		parts.user_length = (int)strcspn(parts.rest, ":@");
		parts.rest = at + 1;
	}
	return parts;
}

static void
fill_scheme(const struct section *section, struct parts *parts)
{
	/* A registry has none; http:// would be refused again. */
	if (section->schema->match == MATCH_REGISTRY)
		parts->scheme = "";
	else if (parts->scheme_length == 0)
		parts->scheme =
		    strcmp(section->word, "nats") == 0 ? "nats://" : "https://";
	else
		return;
	parts->scheme_length = (int)strlen(parts->scheme);
}

/* Puts a better reason into *why if the guess is right. */
static void
guess(struct section *section, struct error *why)
{
	struct parts said = parts_of(section->name), meant = said;
	char text[TARGET_MAX];
	int length;

	if (section->schema->match == MATCH_WORD)
		return;
	fill_scheme(section, &meant);
	length = snprintf(text, sizeof(text), "%.*s%s", meant.scheme_length,
	    meant.scheme, meant.rest);
	if (length < 0 || (size_t)length >= sizeof(text) ||
	    match_read(section->schema->match, text, &section->match, NULL) ==
		-1)
		return;
	if (section->schema->match == MATCH_URL && said.scheme_length == 0)
		error_set(why, FAULT_CONFIG,
		    "the URL has no scheme; did you mean `%s`?",
		    match_text(section->match));
	else if (said.user != NULL)
		error_set(why, FAULT_CONFIG,
		    "a URL with a user name cannot be bound; `username = "
		    "%.*s` says it",
		    said.user_length, said.user);
}

/* A binding whose tokens anybody on the way could read. */
static int
check_clear(const struct section *section, struct error *err)
{
	struct target target;

	if (section->schema->match != MATCH_URL ||
	    target_url_pattern(match_text(section->match), &target, NULL) ==
		-1 ||
	    !target_is_clear(&target))
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "%s:// to a host that is not loopback would send tokens in clear; "
	    "did you mean `%ss://%s`?",
	    target.scheme, target.scheme, strstr(target.text, "://") + 3);
}

/* A user name that git can send: `https://write@github.com/acme` is another
 * way to the same place, with a credential of its own. */
static bool
has_user(const struct section *section, struct parts *parts)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._";

	if (section->name == NULL || strcmp(section->word, "git") != 0)
		return false;
	*parts = parts_of(section->name);
	return parts->user != NULL &&
	       parts->scheme_length > 0 && parts->user_length > 0 &&
	       parts->user_length < USER_MAX &&
	       parts->rest == parts->user + parts->user_length + 1 &&
	       (int)strspn(parts->user, letters) == parts->user_length;
}

/* -1 with FAULT_SYSTEM: no memory. */
static int
read_with_user(struct section *section, const struct parts *parts,
    struct error *err)
{
	char text[TARGET_MAX];
	int length = snprintf(text, sizeof(text), "%.*s%s",
	    parts->scheme_length, parts->scheme, parts->rest);

	if (length < 0 || (size_t)length >= sizeof(text))
		return error_set(err, FAULT_CONFIG, "the URL is too long");
	if (match_read(MATCH_URL, text, &section->match, err) == -1 ||
	    check_clear(section, err) == -1)
		return -1;
	if (match_for_user(section->match, parts->user,
		(size_t)parts->user_length) == -1)
		return error_set(err, FAULT_SYSTEM, "no memory");
	return 0;
}

int
pattern_check(struct sections *sections, struct section *section)
{
	struct error err = {.fault = FAULT_NONE};
	struct parts parts;

	if (section->schema == NULL || section->schema->match == MATCH_NONE)
		return 0;
	if (has_user(section, &parts)) {
		if (read_with_user(section, &parts, &err) == 0)
			return 0;
		if (err.fault == FAULT_SYSTEM)
			return -1;
	} else if (match_read(section->schema->match, section->name,
		       &section->match, &err) == 0) {
		if (check_clear(section, &err) == 0)
			return 0;
	} else if (err.fault == FAULT_SYSTEM) {
		return -1;
	} else {
		guess(section, &err);
	}
	return section_mistake(sections, section, NULL, err.text);
}
