/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "tap.h"

static void
test_table(void)
{
	size_t here = 0;

	for (size_t i = 0; identities[i] != NULL; i++) {
		const struct identity *one = identities[i];

		tap_ok(identity_named(one->name) == one && one->run != NULL,
		    "identity %s is found by its name", one->name);
		here += one->here != NULL;
	}
	tap_ok(here > 0, "auto has some to ask");
	tap_is(identities[0]->name, "ona", "ona is asked first");
	tap_ok(identity_named("on") == NULL, "no such identity");
	tap_ok(identity_named("") == NULL, "no name");
}

static void
trim(const char *text, const char *expected, const char *name)
{
	scoped(secret) struct secret *token = secret_copy(text, strlen(text));
	struct error err = {0};
	int result = identity_trim(&token, "variable X", &err);

	if (expected[0] == '!') {
		tap_ok(result == -1 && err.fault == FAULT_IDENTITY,
		    "%s is refused", name);
		tap_is(err.text, expected + 1, "%s: why", name);
	} else if (tap_number(result, 0, "%s is taken", name)) {
		tap_is(secret_bytes(token), expected, "%s: cut", name);
	}
}

static void
test_trim(void)
{
	scoped(secret) struct secret *token = secret_copy("a\0b", 3);

	trim("a.b.c", "a.b.c", "a token");
	trim(" \t\r\na.b.c\r\n\n", "a.b.c", "white space around it");
	trim("", "!variable X is empty", "nothing");
	trim(" \n\t\r ", "!variable X is empty", "white space");
	trim("a b", "!variable X holds something else than one token",
	    "a space in it");
	trim("a\nb", "!variable X holds something else than one token",
	    "two lines");
	trim("a\x7f", "!variable X holds something else than one token", "DEL");
	trim("a\xc3\xa4", "!variable X holds something else than one token",
	    "no ASCII");
	tap_number(identity_trim(&token, "x", NULL), -1, "a NUL is refused");
}

static int
unexpired(const char *text, struct error *err)
{
	scoped(secret) struct secret *token = secret_copy(text, strlen(text));

	return identity_unexpired(token, "variable X", err);
}

static void
test_unexpired(void)
{
	struct error err = {0};
	char claims[64];

	snprintf(claims, sizeof(claims), "{\"exp\":%lld}",
	    (long long)clock_unix() + 60);
	tap_number(unexpired(place_jwt(claims), &err), 0, "it lives");
	tap_number(unexpired(place_jwt("{}"), &err), 0, "no exp");
	tap_number(unexpired("opaque", &err), 0, "no JWT");
	tap_number(unexpired(place_jwt("{\"exp\":1e30}"), &err), 0, "far");
	tap_number(unexpired(place_jwt("{\"exp\":1700000000}"), &err), -1,
	    "it has expired");
	tap_is(err.text,
	    "variable X holds a token that expired at 2023-11-14T22:13:20Z",
	    "where and when");
	tap_number(err.fault, FAULT_IDENTITY, "the identity's fault");
}

static void
test_path(struct place *place)
{
	char path[PATH_MAX], expected[PATH_MAX];

	snprintf(expected, sizeof(expected), "%s/x", place->path);
	tap_number(identity_path("~/x", place->around, path, PATH_MAX, NULL), 0,
	    "under HOME");
	tap_is(path, expected, "HOME is put in");
	tap_number(identity_path("/x", place->around, path, PATH_MAX, NULL), 0,
	    "an absolute path");
	tap_is(path, "/x", "as it is");
	tap_number(
	    identity_path("x", place->around, path, PATH_MAX, &place->err), -1,
	    "no relative one");
	tap_number(place->err.fault, FAULT_CONFIG, "the configuration's fault");
	tap_number(identity_path("~y/x", place->around, path, PATH_MAX, NULL),
	    -1, "no other's HOME");
	tap_number(
	    identity_path("/xyz", place->around, path, 4, NULL), -1, "no room");
	place_variable(place, "HOME", "");
	tap_number(identity_path("~/x", place->around, path, PATH_MAX, NULL),
	    -1, "no HOME");
}

static void
test_variable(struct place *place)
{
	place_variable(place, "FULL", "1");
	place_variable(place, "HOLLOW", "");
	tap_is(identity_variable(place->around, "FULL"), "1", "a variable");
	tap_is(identity_variable(place->around, "HOLLOW"), NULL, "empty");
	tap_is(identity_variable(place->around, "NONE"), NULL, "not set");
}

static char traced[2][2 * PATH_MAX];

static void
trace_add(struct identity_trace *trace, const char *what)
{
	(void)trace;
	strcat(strcat(traced[1], what), "\n");
}

/* Does the trace differ from the last one? */
static bool
differs(const char *path)
{
	struct identity_trace trace = {trace_add};

	strcpy(traced[0], traced[1]);
	traced[1][0] = '\0';
	identity_trace_file(&trace, path);
	return strcmp(traced[0], traced[1]) != 0;
}

static void
test_trace(struct place *place)
{
	char path[PATH_MAX];

	strcpy(path, place_file(place, "traced", "a"));
	tap_ok(differs(path), "a file is traced");
	tap_ok(strncmp(traced[1], path, strlen(path)) == 0, "with its path");
	tap_ok(!differs(path), "it stays the same");
	usleep(20000); /* the clock of files goes in steps */
	place_file(place, "traced", "b");
	tap_ok(differs(path), "it is written again, just as long");
	unlink(path);
	tap_ok(differs(path), "it is gone");
	tap_ok(!differs(path), "and stays so");
}

int
main(void)
{
	struct place place;

	place_open(&place);
	test_table();
	test_trim();
	test_unexpired();
	test_variable(&place);
	test_trace(&place);
	test_path(&place);
	place_close(&place);
	return tap_done();
}
