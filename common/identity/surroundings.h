/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_IDENTITY_SURROUNDINGS_H
#define DAYPASS_IDENTITY_SURROUNDINGS_H

#include "base/secret.h"

/*
 * What an identity sees of the world: the variables that it declared, taken
 * either all from the asker or all from the agent, never mixed; HOME with
 * them; PATH always the agent's. Values can be secret (a request token), so
 * they rest in the arena: one block of NAME=value entries, each ended by a
 * NUL, so that a value and an entry are strings as they lie there.
 */
#define SURROUNDINGS_MAX (256 * 1024)

struct surroundings;

struct surroundings *surroundings_new(void);
void surroundings_free(struct surroundings *around);
SCOPED(surroundings, struct surroundings *, surroundings_free);

/* -1: no memory, a newline in it, no name that could be one (empty, or with a
 * `=`), or more than SURROUNDINGS_MAX. A name that is there is replaced. */
int surroundings_set(
    struct surroundings *around, const char *name, const char *value);

/* NULL when it is not set. Valid until the next set. */
const char *surroundings_get(
    const struct surroundings *around, const char *name);

/* The entries "NAME=value" one after the other, the first for NULL; NULL at
 * the end. Valid until the next set. */
const char *surroundings_next(
    const struct surroundings *around, const char *entry);

/* The block as it is, to hand to a child, and back: NULL for no memory, and
 * for bytes that no surroundings_block() gave. */
const struct secret *surroundings_block(const struct surroundings *around);
struct surroundings *surroundings_read(const char *block, size_t length);

#endif
