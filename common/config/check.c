/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/chain.h"
#include "config/check.h"
#include "config/pattern.h"
#include "config/redefinition.h"
#include "config/schema.h"

/* One section under the glass. */
struct check {
	struct sections *sections;
	struct section *section;
	struct schema_key keys[SCHEMA_KEYS];
	bool seen[SCHEMA_KEYS];
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

/* NULL also when it is not worth looking any more. */
static const char *
nearest_of(
    const struct check *check, const char *word, const char *const *words)
{
	return sections_suggest(check->sections) ? text_nearest(word, words)
						 : NULL;
}

/* A section that nobody reads could have been meant to withhold something. */
static bool
may_withhold(const char *word)
{
	static const char *const words[] = {"policy", "audit", NULL};

	return text_nearest(word, words) != NULL;
}

/* No such section, or one that has or lacks a name against the schema. */
static int
check_word(struct check *check)
{
	struct section *section = check->section;
	const char *nearest;

	if (section->schema != NULL)
		return 0;
	section->maybe_policy = may_withhold(section->word);
	if (schema_find(section->word, true) != NULL)
		return mistake(
		    check, NULL, "needs a name: [%s \"NAME\"]", section->word);
	if (schema_find(section->word, false) != NULL)
		return mistake(check, NULL, "takes no name");
	nearest = nearest_of(check, section->word, schema_words());
	if (nearest == NULL)
		return mistake(check, NULL, "unknown section");
	return mistake(
	    check, NULL, "unknown section; did you mean [%s]?", nearest);
}

/* Which of the keys; key_count: none. */
static size_t
find_key(const struct check *check, const char *name)
{
	size_t i = 0;

	while (i < check->key_count && strcmp(check->keys[i].name, name) != 0)
		i++;
	return i;
}

static int
unknown_key(struct check *check, const struct place *place, const char *key)
{
	const char *why = schema_absent(check->section, key);
	const char *names[SCHEMA_KEYS + 1] = {NULL};
	const char *nearest;

	if (why != NULL)
		return mistake(check, place, "`%s`: %s", key, why);
	for (size_t i = 0; i < check->key_count; i++)
		names[i] = check->keys[i].name;
	nearest = nearest_of(check, key, names);
	/* Where it is not known which keys there may be, only one that looks
	 * like a slip is told. */
	if (check->open && nearest == NULL)
		return 0;
	if (nearest == NULL)
		return mistake(check, place, "unknown key `%s`", key);
	return mistake(
	    check, place, "unknown key `%s`; did you mean `%s`?", key, nearest);
}

static int
check_setting(struct check *check, size_t i)
{
	const struct section *section = check->section;
	const struct setting *setting = settings_at(section->settings, i);
	const struct place *place = &section->places[i];
	size_t found = find_key(check, setting->key);
	const struct schema_key *key = &check->keys[found];
	struct error err = {.fault = FAULT_NONE};
	bool repeated;

	if (found == check->key_count)
		return unknown_key(check, place, setting->key);
	repeated = check->seen[found];
	check->seen[found] = true;
	if (section->schema->strict && !key->repeats && repeated)
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
check_pattern(struct check *check)
{
	return pattern_check(check->sections, check->section);
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
	    redefinition_check(sections) == -1 ||
	    each_section(sections, check_inside) == -1)
		return -1;
	return chain_check(sections);
}
