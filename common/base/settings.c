/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"

struct settings {
	size_t count;
	size_t capacity;
	struct setting *pairs;
};

struct settings *
settings_new(void)
{
	return calloc(1, sizeof(struct settings));
}

static void
pair_free(struct setting *pair)
{
	free((char *)pair->key);
	free((char *)pair->value);
}

void
settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	for (size_t i = 0; i < settings->count; i++)
		pair_free(&settings->pairs[i]);
	free(settings->pairs);
	free(settings);
}

static int
grow(struct settings *settings)
{
	size_t capacity = settings->capacity == 0 ? 8 : settings->capacity * 2;
	struct setting *pairs;

	if (settings->count < settings->capacity)
		return 0;
	pairs = realloc(settings->pairs, capacity * sizeof(*pairs));
	if (pairs == NULL)
		return -1;
	settings->pairs = pairs;
	settings->capacity = capacity;
	return 0;
}

int
settings_add(struct settings *settings, const char *key, const char *value)
{
	struct setting pair = {NULL, NULL};

	if (grow(settings) == -1)
		return -1;
	pair.key = strdup(key);
	pair.value = strdup(value);
	if (pair.key == NULL || pair.value == NULL) {
		pair_free(&pair);
		return -1;
	}
	settings->pairs[settings->count++] = pair;
	return 0;
}

static void
drop(struct settings *settings, const char *key, size_t before)
{
	size_t kept = 0;

	for (size_t i = 0; i < settings->count; i++)
		if (i < before && strcmp(settings->pairs[i].key, key) == 0)
			pair_free(&settings->pairs[i]);
		else
			settings->pairs[kept++] = settings->pairs[i];
	settings->count = kept;
}

int
settings_set(struct settings *settings, const char *key, const char *value)
{
	size_t before = settings->count;

	if (settings_add(settings, key, value) == -1)
		return -1;
	drop(settings, key, before);
	return 0;
}

struct settings *
settings_copy(const struct settings *from)
{
	struct settings *copy = settings_new();

	for (size_t i = 0; copy != NULL && i < settings_count(from); i++)
		if (settings_add(copy, from->pairs[i].key,
			from->pairs[i].value) == -1) {
			settings_free(copy);
			return NULL;
		}
	return copy;
}

const char *
settings_get(const struct settings *settings, const char *key)
{
	for (size_t i = settings_count(settings); i-- > 0;)
		if (strcmp(settings->pairs[i].key, key) == 0)
			return settings->pairs[i].value;
	return NULL;
}

size_t
settings_count(const struct settings *settings)
{
	return settings == NULL ? 0 : settings->count;
}

const struct setting *
settings_at(const struct settings *settings, size_t i)
{
	return i < settings_count(settings) ? &settings->pairs[i] : NULL;
}

const struct setting *
settings_next(const struct settings *settings, const char *key,
    const struct setting *after)
{
	size_t i = after == NULL ? 0 : (size_t)(after - settings->pairs) + 1;

	for (; i < settings_count(settings); i++)
		if (strcmp(settings->pairs[i].key, key) == 0)
			return &settings->pairs[i];
	return NULL;
}
