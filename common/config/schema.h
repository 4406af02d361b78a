/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_SCHEMA_H
#define DAYPASS_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "config/match.h"
#include "config/section.h"
#include "config/value.h"

/* Which sections exist, which keys they take, and what may stand behind
 * these. One row a key, one table a section. */
struct schema_key {
	const char *name; /* NULL ends the table */
	value_check *check;
	bool required;
	bool repeats;
};

struct schema {
	const char *word;
	bool named; /* [word "name"], else [word] */
	const struct schema_key *keys;
	/* More keys, that follow from what the section says; -1: it does not
	 * say enough. NULL: none. */
	int (*more)(
	    const struct section *section, struct schema_key *keys, int room);
	enum match_kind match;
	bool overridable; /* the user's keys win over the system's */
	bool alone;	  /* each file's stands beside the other's */
	bool strict;	  /* a key that must not repeat may not: where "the
			     last one wins" could loosen a rule unnoticed */
	/* What no single key shows; -1 with a mistake. May be NULL. */
	int (*whole)(const struct section *section, struct error *err);
};

/* NULL: there is none of this word with, or without, a name. */
const struct schema *schema_find(const char *word, bool named);

/* All words once, NULL-terminated: for "did you mean". */
const char *const *schema_words(void);

/* The keys of a section: how many were written to `keys`. `open`: there may
 * be others, for the section names an exchange or source that is not known. */
#define SCHEMA_KEYS 64
size_t schema_keys(const struct section *section,
    struct schema_key keys[SCHEMA_KEYS], bool *open);

/* Why the section's exchange has no such key, which others have; NULL: it does
 * not say. */
const char *schema_absent(const struct section *section, const char *key);

#endif
