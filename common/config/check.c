/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/chain.h"
#include "config/check.h"
#include "config/schema.h"

/* One section under the glass. */
struct check {
	struct sections *sections;
	struct section *section;
	struct schema_key keys[SCHEMA_KEYS];
	size_t key_count;
	bool open;
};

static int
mistake(struct check *check, const struct place *place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
mistake(struct check *check, const struct place *place, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, fmt);
	vsnprintf(text, sizeof(text), fmt, arguments);
	va_end(arguments);
	return section_mistake(check->sections, check->section, place, text);
}

/* No such section, or one that has or lacks a name against the schema. */
static int
check_word(struct check *check)
{
	const struct section *section = check->section;
	const char *nearest;

	if (section->schema != NULL)
		return 0;
	if (schema_find(section->word, true) != NULL)
		return mistake(
		    check, NULL, "needs a name: [%s \"NAME\"]", section->word);
	if (schema_find(section->word, false) != NULL)
		return mistake(check, NULL, "takes no name");
	nearest = text_nearest(section->word, schema_words());
	if (nearest == NULL)
		return mistake(check, NULL, "unknown section");
	return mistake(
	    check, NULL, "unknown section; did you mean [%s]?", nearest);
}

/* The same thing by its name, or by what its pattern comes down to. */
static bool
is_same(const struct section *a, const struct section *b)
{
	if (a->schema != b->schema)
		return false;
	if (a->match != NULL && b->match != NULL)
		return strcmp(match_text(a->match), match_text(b->match)) == 0;
	return a->name == b->name || (a->name != NULL && b->name != NULL &&
					 strcmp(a->name, b->name) == 0);
}

static int
check_redefinition(struct check *check)
{
	struct section *section = check->section;

	if (section->origin == ORIGIN_SYSTEM || section->schema == NULL)
		return 0;
	for (size_t i = 0; i < check->sections->count; i++) {
		const struct section *other = check->sections->list[i];

		if (other->origin != ORIGIN_SYSTEM || !is_same(other, section))
			continue;
		section->redefined = true;
		return mistake(check, NULL,
		    "defined by the system's file %s: cannot be redefined",
		    other->places[0].file);
	}
	return 0;
}

/*
 * A pattern that is none would bind nothing and go unnoticed. A URL without a
 * scheme is still taken apart as one with the usual scheme, so that whoever
 * asks for it gets to hear of the mistake.
 */
static int
guess_scheme(struct check *check, const struct error *why)
{
	struct section *section = check->section;
	bool is_nats = strcmp(section->word, "nats") == 0;
	char usual[TARGET_MAX];
	int length;

	if (section->schema->match != MATCH_URL ||
	    strstr(section->name, "://") != NULL)
		return mistake(check, NULL, "%s", why->text);
	length = snprintf(usual, sizeof(usual), "%s://%s",
	    is_nats ? "nats" : "https", section->name);
	if (length < 0 || (size_t)length >= sizeof(usual) ||
	    match_read(MATCH_URL, usual, &section->match, NULL) == -1)
		return mistake(check, NULL, "%s", why->text);
	return mistake(check, NULL, "the URL has no scheme; did you mean `%s`?",
	    match_text(section->match));
}

static int
check_pattern(struct check *check)
{
	struct section *section = check->section;
	struct error err = {.fault = FAULT_NONE};

	if (section->schema == NULL || section->schema->match == MATCH_NONE)
		return 0;
	if (match_read(section->schema->match, section->name, &section->match,
		&err) == 0)
		return 0;
	if (err.fault == FAULT_SYSTEM)
		return -1;
	return guess_scheme(check, &err);
}

static const struct schema_key *
find_key(const struct check *check, const char *name)
{
	for (size_t i = 0; i < check->key_count; i++)
		if (strcmp(check->keys[i].name, name) == 0)
			return &check->keys[i];
	return NULL;
}

static int
unknown_key(struct check *check, const struct place *place, const char *key)
{
	const char *names[SCHEMA_KEYS + 1] = {NULL};
	const char *nearest;

	for (size_t i = 0; i < check->key_count; i++)
		names[i] = check->keys[i].name;
	nearest = text_nearest(key, names);
	/* Where it is not known which keys there may be, only one that looks
	 * like a slip is told. */
	if (check->open && nearest == NULL)
		return 0;
	if (nearest == NULL)
		return mistake(check, place, "unknown key `%s`", key);
	return mistake(
	    check, place, "unknown key `%s`; did you mean `%s`?", key, nearest);
}

static bool
is_repeated(const struct settings *settings, size_t i)
{
	const char *key = settings_at(settings, i)->key;

	while (i-- > 0)
		if (strcmp(settings_at(settings, i)->key, key) == 0)
			return true;
	return false;
}

static int
check_setting(struct check *check, size_t i)
{
	const struct section *section = check->section;
	const struct setting *setting = settings_at(section->settings, i);
	const struct place *place = &section->places[i];
	const struct schema_key *key = find_key(check, setting->key);
	struct error err = {.fault = FAULT_NONE};

	if (key == NULL)
		return unknown_key(check, place, setting->key);
	if (section->schema->strict && !key->repeats &&
	    is_repeated(section->settings, i))
		return mistake(
		    check, place, "`%s` may stand here once only", key->name);
	if (key->check != value_boolean &&
	    value_text(check->sections, setting->value, &err) == -1)
		return mistake(check, place, "`%s`: %s", key->name, err.text);
	if (key->check(check->sections, setting->value, &err) == 0)
		return 0;
	/* no memory is no mistake of the person's: all is read again */
	if (err.fault == FAULT_SYSTEM)
		return -1;
	return mistake(check, place, "`%s`: %s", key->name, err.text);
}

static int
check_required(struct check *check)
{
	const struct section *section = check->section;
	struct error err = {.fault = FAULT_NONE};

	for (size_t i = 0; i < check->key_count; i++)
		if (check->keys[i].required &&
		    settings_get(section->settings, check->keys[i].name) ==
			NULL &&
		    mistake(check, NULL, "needs `%s`", check->keys[i].name) ==
			-1)
			return -1;
	if (section->schema->whole == NULL ||
	    section->schema->whole(section, &err) == 0)
		return 0;
	if (err.fault == FAULT_SYSTEM)
		return -1;
	return mistake(check, NULL, "%s", err.text);
}

static int
check_keys(struct check *check)
{
	struct section *section = check->section;

	if (section->schema == NULL)
		return 0;
	check->key_count = schema_keys(section, check->keys, &check->open);
	for (size_t i = 0; i < settings_count(section->settings); i++)
		if (check_setting(check, i) == -1)
			return -1;
	return check_required(check);
}

/* `~/` stands for the home directory of whoever runs the agent. */
static int
expand_path(struct check *check, const char *key)
{
	struct settings *settings = check->section->settings;
	const char *home = secure_getenv("HOME");
	const char *value = settings_get(settings, key);
	char path[4096];
	int length;

	if (value == NULL || !text_starts(value, "~/"))
		return 0;
	if (home == NULL || home[0] != '/')
		return mistake(check, NULL, "`%s`: HOME is not set", key);
	length = snprintf(path, sizeof(path), "%s%s", home, value + 1);
	if (length < 0 || (size_t)length >= sizeof(path))
		return mistake(check, NULL, "`%s` is too long", key);
	return settings_set(settings, key, path);
}

static int
expand_paths(struct check *check)
{
	for (size_t i = 0; i < check->key_count; i++)
		if (check->keys[i].check == value_path &&
		    expand_path(check, check->keys[i].name) == -1)
			return -1;
	return 0;
}

static int
each_section(struct sections *sections, int (*look)(struct check *check))
{
	for (size_t i = 0; i < sections->count; i++) {
		struct check check = {
		    .sections = sections, .section = sections->list[i]};

		if (look(&check) == -1)
			return -1;
	}
	return 0;
}

static int
check_inside(struct check *check)
{
	if (check_keys(check) == -1)
		return -1;
	return check->section->mistake == NULL ? expand_paths(check) : 0;
}

int
check_sections(struct sections *sections)
{
	if (each_section(sections, check_word) == -1 ||
	    each_section(sections, check_pattern) == -1 ||
	    each_section(sections, check_redefinition) == -1 ||
	    each_section(sections, check_inside) == -1)
		return -1;
	return chain_check(sections);
}
