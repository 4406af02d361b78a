/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_SECTION_H
#define DAYPASS_CONFIG_SECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/settings.h"

struct match;
struct schema;

/* What the rows said, gathered into sections. All strings but the mistakes
 * are the caller's: they stay as long as the sections do. */
enum origin { ORIGIN_SYSTEM, ORIGIN_USER };

struct place {
	const char *file;
	unsigned line;
};

struct section {
	const char *word; /* [word "name"] */
	const char *name; /* NULL: without one */
	enum origin origin;
	const struct schema *schema; /* NULL: no such section is known */
	struct place begin;	     /* of its first key, or of its header */
	struct settings *settings;
	struct place *places; /* of each setting */
	struct match *match;  /* of a binding that could be taken apart */
	const char *mistake;  /* the first one: the section is unusable */
	bool maybe_policy;    /* no section is called so, but a slip of
				 the pen may have made it of one that denies */
	/* The system's, which this one of the user's would redefine: this one
	 * is never looked at. NULL: it may stand. */
	const struct section *redefines;
	struct section *next; /* of those with the same hash */
};

#define SECTIONS_BUCKETS 1024

struct sections {
	struct section **list;
	size_t count;
	struct section *buckets[SECTIONS_BUCKETS]; /* by word and name */
	char **mistakes;
	size_t mistake_count;
};

void sections_free(struct sections *sections);

/* Adds an entry to its section: the one of that word, name and origin, or a
 * new one. What the schema lets the user override is one section of both. With
 * an empty key there is just the section, which says something by its name
 * alone: [http] and its like say nothing then. */
struct entry {
	enum origin origin;
	struct place place;
	const char *word;
	const char *name;
	const char *key;
	const char *value;
};
int sections_add(
    struct sections *sections, const struct entry *entry, struct error *err);

/* The system's before the user's; NULL when there is none. */
struct section *sections_find(
    const struct sections *sections, const char *word, const char *name);

/* The names of all sections of a kind, with `also` (may be NULL) before them:
 * NULL-terminated, from malloc(). NULL: no memory. */
const char **sections_names(
    const struct sections *sections, const char *word, const char *also);

/* Is it still worth looking for what a mistaken word was meant to be? That
 * takes its time, and of very many mistakes nobody reads all. */
bool sections_suggest(const struct sections *sections);

/* `[credential "dev"] in FILE line N` into `text`; returns it. */
const char *section_where(const struct section *section,
    const struct place *place, char *text, size_t size);

/* Notes a mistake at a place (NULL: where the section begins). -1 only when
 * there is no memory for it. */
int section_mistake(struct sections *sections, struct section *section,
    const struct place *place, const char *text);

/* A mistake that belongs to no section. */
int sections_mistake(struct sections *sections, const char *text);

#endif
