/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "tap.h"

/* All pairs, as "a=1 b=2 ". */
static const char *
shown(const struct settings *settings)
{
	static char text[512];

	text[0] = '\0';
	for (size_t i = 0; i < settings_count(settings); i++) {
		const struct setting *pair = settings_at(settings, i);
		size_t length = strlen(text);

		snprintf(text + length, sizeof(text) - length, "%s=%s ",
		    pair->key, pair->value);
	}
	return text;
}

static struct settings *
make(void)
{
	struct settings *settings = settings_new();

	settings_add(settings, "scope", "one");
	settings_add(settings, "role", "dev");
	settings_add(settings, "scope", "two");
	settings_add(settings, "empty", "");
	return settings;
}

static void
test_reading(void)
{
	scoped(settings) struct settings *settings = make();

	tap_is(shown(settings),
	    "scope=one role=dev scope=two empty= ", "pairs in their order");
	tap_is(settings_get(settings, "scope"), "two", "the last one counts");
	tap_is(settings_get(settings, "role"), "dev", "one that is alone");
	tap_is(settings_get(settings, "empty"), "", "an empty one");
	tap_is(settings_get(settings, "rol"), NULL, "none of that name");
	tap_is(settings_get(settings, "Role"), NULL, "case matters");
	tap_ok(settings_at(settings, 4) == NULL, "none behind the last");
	tap_ok(settings_at(settings, SIZE_MAX) == NULL, "nor far behind it");
}

static void
test_nothing(void)
{
	scoped(settings) struct settings *empty = settings_new();
	scoped(settings) struct settings *copy = settings_copy(NULL);

	tap_is(settings_get(NULL, "a"), NULL, "no settings have no value");
	tap_number((int64_t)settings_count(NULL), 0, "and none is counted");
	tap_ok(settings_at(NULL, 0) == NULL, "nor is there a first");
	tap_ok(settings_next(NULL, "a", NULL) == NULL, "nor a next");
	tap_is(settings_get(empty, "a"), NULL, "the empty ones neither");
	tap_ok(copy != NULL && settings_count(copy) == 0,
	    "a copy of none is empty");
	settings_free(NULL);
}

static void
test_each(void)
{
	scoped(settings) struct settings *settings = make();
	char text[32] = "";

	settings_each (setting, settings, "scope") {
		strcat(text, setting->value);
		strcat(text, ";");
	}
	tap_is(text, "one;two;", "each of a key in its order");
	text[0] = '\0';
	settings_each (setting, settings, "none")
		strcat(text, "x");
	tap_is(text, "", "each of none");
}

static void
test_setting(void)
{
	scoped(settings) struct settings *settings = make();

	tap_number(settings_set(settings, "scope", "three"), 0, "set");
	tap_is(shown(settings), "role=dev empty= scope=three ",
	    "is the only one then");
	tap_number(settings_set(settings, "new", "x"), 0, "set a new one");
	tap_is(settings_get(settings, "new"), "x", "it is there");
	tap_number(
	    settings_set(settings, "role", settings_get(settings, "role")), 0,
	    "set to itself");
	tap_is(settings_get(settings, "role"), "dev", "is what it was");
}

static void
test_copy(void)
{
	scoped(settings) struct settings *settings = make();
	scoped(settings) struct settings *copy = settings_copy(settings);
	char value[8];

	settings_set(settings, "role", "other");
	tap_is(shown(copy),
	    "scope=one role=dev scope=two empty= ", "a copy stands alone");
	snprintf(value, sizeof(value), "here");
	settings_add(copy, "own", value);
	memset(value, 'x', sizeof(value));
	tap_is(settings_get(copy, "own"), "here", "strings are copied");
}

static void
test_many(void)
{
	scoped(settings) struct settings *settings = settings_new();
	char key[16];
	bool good = true;

	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		good = good && settings_add(settings, key, key + 1) == 0;
	}
	tap_ok(good && settings_count(settings) == 1000, "a thousand pairs");
	tap_is(settings_get(settings, "k0"), "0", "the first");
	tap_is(settings_get(settings, "k999"), "999", "the last");
}

int
main(void)
{
	test_reading();
	test_nothing();
	test_each();
	test_setting();
	test_copy();
	test_many();
	return tap_done();
}
