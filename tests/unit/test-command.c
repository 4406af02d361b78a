/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "tap.h"

/* Prints its arguments, each in brackets, as one token. */
#define SHOW                   \
	"PATH=/usr/bin:/bin; " \
	"for a; do printf '[%s]' \"$a\" | tr ' \n' '_/'; done"

static const struct identity *command;

static void
is(struct place *place, const char *line, const char *audience,
    const char *expected)
{
	place_setting(place, "command", line);
	if (!tap_is(place_mint(place, command, audience), expected, "%s", line))
		printf("# %s\n", place->err.text);
}

static void
test_words(struct place *place)
{
	is(place, "show a b", "x", "[a][b]");
	is(place, "  show\ta  \t b ", "x", "[a][b]");
	is(place, "show 'a  b' \"c d\"", "x", "[a__b][c_d]");
	is(place, "show a'b \"c'\"d 'e\"", "x", "[ab_\"cd_'e]");
	is(place, "show '' a", "x", "[][a]");
	is(place, "'show' a\\ b $HOME ; `x`", "x", "[a\\][b][$HOME][;][`x`]");
}

static void
test_audience(struct place *place)
{
	is(place, "show a", "x", "[a]");
	is(place, "show {audience}", "x", "[x]");
	is(place, "show --a={audience},{audience}", "x", "[--a=x,x]");
	is(place, "show {audience} b", "x y'\"$(z);", "[x_y'\"$(z);][b]");
	is(place, "show '{audience}'", "{audience}", "[{audience}]");
	is(place, "show {audience} b", "", "[][b]");
	is(place, "show --a={audience}", "-x", "[--a=-x]");
	is(place, "show --a {audience}", "-x", "[--a][-x]");
	is(place, "show {audience}", "-x", NULL);
	tap_number(place->err.fault, FAULT_USAGE, "an option is none");
	is(place, "show a ''\"{audience}\"", "-x", NULL);
}

static void
mistake(struct place *place, const char *line, const char *text)
{
	place_setting(place, "command", line);
	tap_is(place_mint(place, command, "a"), NULL, "'%.20s'", line);
	tap_number(place->err.fault, FAULT_CONFIG, "is a mistake");
	tap_ok(strstr(place->err.text, text) != NULL, "'%s' says '%s'",
	    place->err.text, text);
	tap_is(place_trace(place, command), NULL, "for trace too");
}

static void
test_mistakes(struct place *place)
{
	char many[512] = "show";

	mistake(place, "", "needs the key 'command'");
	mistake(place, "  ", "names no program");
	mistake(place, "'' a", "names no program");
	mistake(place, "show 'a", "not closed");
	mistake(place, "show \"a'", "not closed");
	for (int i = 1; i < IDENTITY_WORDS_MAX; i++)
		strcat(many, " a");
	place_setting(place, "command", many);
	tap_ok(place_mint(place, command, "a") != NULL, "as many words");
	strcat(many, " a");
	mistake(place, many, "more than 64 words");
}

static void
test_size(struct place *place)
{
	scoped(string) char *audience = calloc(1, 70000);

	memset(audience, 'x', 69999);
	place_setting(place, "command", "show {audience}");
	tap_is(place_mint(place, command, audience), NULL, "too long");
	tap_number(place->err.fault, FAULT_CONFIG, "is said");
}

static void
fails(struct place *place, const char *line, const char *text)
{
	place_setting(place, "command", line);
	tap_is(place_mint(place, command, "a"), NULL, "'%s' fails", line);
	tap_number(place->err.fault, FAULT_IDENTITY, "the identity's fault");
	tap_ok(strstr(place->err.text, text) != NULL, "'%s' says '%s'",
	    place->err.text, text);
}

static void
test_failures(struct place *place)
{
	place_program(place, "wrong", "echo no luck >&2; exit 3");
	place_program(place, "silent", ":");
	place_program(place, "chatty", "echo here you are:; echo a.b.c");
	fails(place, "missing a", "'missing' is not found");
	fails(place, "wrong a", "no luck");
	fails(place, "silent", "is empty");
	fails(place, "chatty", "else than one token");
}

static void
test_environment(struct place *place)
{
	setenv("DAYPASS_CANARY", "1", 1);
	place_reset(place);
	place_program(place, "env",
	    "PATH=/usr/bin:/bin; env | sort | grep -v -e ^PWD= -e ^_= "
	    "-e ^SHLVL= -e ^OLDPWD= -e ^PATH= -e ^HOME= | tr '\\n' ,");
	is(place, "env", "a", "LANG=C.UTF-8,");
	place_variable(place, "LANG", "de_DE.UTF-8");
	place_variable(place, "ONE", "1=2");
	is(place, "env", "a", "LANG=de_DE.UTF-8,ONE=1=2,");
}

static void
test_trace(struct place *place)
{
	char path[PATH_MAX];
	const char *trace;

	strcpy(path, place_program(place, "show", SHOW));
	place_setting(place, "command", "show a");
	trace = place_trace(place, command);
	tap_ok(strncmp(trace, "show\na\n", 7) == 0, "the words");
	tap_ok(strstr(trace, path) != NULL, "the program that is found");
	place_setting(place, "command", "~/bin/show a");
	tap_ok(strstr(place_trace(place, command), path) != NULL, "under HOME");
	tap_is(place_mint(place, command, "a"), "[a]", "which can be run");
	place_setting(place, "command", "missing");
	tap_is(place_trace(place, command), "missing\nmissing\nmissing\n",
	    "one that is not there");
}

int
main(void)
{
	struct place place;

	command = identity_named("command");
	place_open(&place);
	place_program(&place, "show", SHOW);
	test_words(&place);
	test_audience(&place);
	test_mistakes(&place);
	test_size(&place);
	test_failures(&place);
	test_environment(&place);
	test_trace(&place);
	place_close(&place);
	return tap_done();
}
