/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_SETTINGS_H
#define DAYPASS_BASE_SETTINGS_H

#include <stddef.h>

#include "base/scoped.h"

/*
 * An ordered list of key=value pairs in which a key may repeat: what a
 * configuration section says, and what a step of a road is run with. Not for
 * secrets.
 */
struct settings;

struct setting {
	const char *key;
	const char *value;
};

struct settings *settings_new(void); /* NULL: no memory */
struct settings *settings_copy(const struct settings *from);
void settings_free(struct settings *settings);
SCOPED(settings, struct settings *, settings_free);

/* Adds a pair at the end; both strings are copied. -1: no memory. */
int settings_add(struct settings *settings, const char *key, const char *value);

/* Makes `value` the only one of `key`. -1: no memory. */
int settings_set(struct settings *settings, const char *key, const char *value);

/* The last value of `key` (later wins), or NULL. `settings` may be NULL. */
const char *settings_get(const struct settings *settings, const char *key);

size_t settings_count(const struct settings *settings);
const struct setting *settings_at(const struct settings *settings, size_t i);

/* All pairs with `key`, in order:
 *	settings_each(s, settings, "scope")
 *		puts(s->value);					*/
const struct setting *settings_next(const struct settings *settings,
    const char *key, const struct setting *after);
#define settings_each(each, settings, key)               \
	for (const struct setting *each =                \
		 settings_next((settings), (key), NULL); \
	     each != NULL; each = settings_next((settings), (key), each))

#endif
