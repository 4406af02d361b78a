/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "tap.h"

static const struct identity *file, *env;

static void
is_error(struct place *place, const char *text, const char *name)
{
	tap_ok(strstr(place->err.text, text) != NULL, "%s: '%s' says '%s'",
	    name, place->err.text, text);
	tap_number(place->err.fault, FAULT_IDENTITY, "%s: fault", name);
}

static void
refuse(
    struct place *place, const char *path, const char *text, const char *name)
{
	place_setting(place, "file", path);
	tap_is(place_mint(place, file, "a"), NULL, "%s is refused", name);
	is_error(place, text, name);
	is_error(place, path, "the path");
}

static void
test_file(struct place *place)
{
	char link[PATH_MAX];

	place_file(place, "token", "a.b.c\n");
	place_setting(place, "file", "~/token");
	tap_is(place_mint(place, file, "a"), "a.b.c", "a file");
	place_file(place, "token", "d.e.f");
	tap_is(place_mint(place, file, "a"), "d.e.f", "is read every time");
	snprintf(link, sizeof(link), "%s/link", place->path);
	tap_number(symlink("token", link), 0, "a symbolic link");
	place_setting(place, "file", link);
	tap_is(place_mint(place, file, "a"), "d.e.f", "is followed");
	tap_ok(strstr(place_trace(place, file), link) != NULL, "and traced");
}

static void
test_no_file(struct place *place)
{
	char path[PATH_MAX];

	refuse(place, "/nowhere/token", "does not exist", "a missing file");
	refuse(place, place->path, "is a directory", "a directory");
	refuse(place, place_file(place, "e", "\n"), "is empty", "nothing");
	refuse(place, place_file(place, "t", "a\nb"), "else than one token",
	    "much");
	refuse(place, place_file(place, "o", place_jwt("{\"exp\":5}")),
	    "expired at 1970-01-01T00:00:05Z", "an old one");
	snprintf(path, sizeof(path), "%s/fifo", place->path);
	tap_number(mkfifo(path, 0600), 0, "a FIFO that nobody writes");
	refuse(place, path, "no regular file", "a FIFO");
	strcpy(path, place_file(place, "u", "a"));
	chmod(path, 0);
	if (geteuid() == 0)
		tap_skip("root reads everything", "an unreadable file");
	else
		refuse(place, path, "Permission denied", "an unreadable file");
}

static void
test_size(struct place *place)
{
	scoped(string) char *text = calloc(1, IDENTITY_TOKEN_MAX + 2);

	memset(text, 'x', IDENTITY_TOKEN_MAX);
	place_setting(place, "file", place_file(place, "large", text));
	tap_is(place_mint(place, file, "a"), text, "as large as it may be");
	text[IDENTITY_TOKEN_MAX] = 'x';
	refuse(place, place_file(place, "large", text), "larger than", "more");
}

static void
test_settings(struct place *place)
{
	place_reset(place);
	tap_is(place_mint(place, file, "a"), NULL, "file needs its key");
	tap_number(place->err.fault, FAULT_CONFIG, "a mistake");
	tap_is(place_trace(place, file), NULL, "trace needs it too");
	place_setting(place, "file", "relative");
	tap_is(place_mint(place, file, "a"), NULL, "no relative path");
	tap_number(place->err.fault, FAULT_CONFIG, "a mistake");
	tap_is(place_mint(place, env, "a"), NULL, "env needs its key");
	tap_number(place->err.fault, FAULT_CONFIG, "a mistake");
	tap_is(place_trace(place, env), NULL, "trace needs it too");
}

static void
test_env(struct place *place)
{
	place_reset(place);
	place_setting(place, "variable", "CI_TOKEN");
	tap_is(place_mint(place, env, "a"), NULL, "not set");
	is_error(place, "variable CI_TOKEN is not set", "not set");
	tap_is(place_trace(place, env), "CI_TOKEN\n\n", "trace of nothing");
	place_variable(place, "CI_TOKEN", " ");
	tap_is(place_mint(place, env, "a"), NULL, "empty");
	is_error(place, "variable CI_TOKEN is empty", "empty");
	place_variable(place, "CI_TOKEN", "a.b.c ");
	tap_is(place_mint(place, env, "a"), "a.b.c", "a variable");
	tap_is(place_trace(place, env), "CI_TOKEN\na.b.c \n", "its trace");
	place_variable(place, "CI_TOKEN", place_jwt("{\"exp\":5}"));
	tap_is(place_mint(place, env, "a"), NULL, "expired");
	is_error(
	    place, "variable CI_TOKEN holds a token that expired", "expired");
}

int
main(void)
{
	struct place place;

	file = identity_named("file");
	env = identity_named("env");
	place_open(&place);
	test_file(&place);
	test_no_file(&place);
	test_size(&place);
	test_settings(&place);
	test_env(&place);
	place_close(&place);
	return tap_done();
}
