/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_SHAPE_H
#define DAYPASS_HELPERS_CALLOUT_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/scoped.h"

/*
 * What a claim must look like: text, with
 *	{name}	one or more bytes, which are captured: none of `/` and `:`
 *	*	one or more bytes: none of `/`, `:` and `.`
 *	**	at the end alone: whatever follows, also nothing
 * {name} and * end where the byte that follows them in the shape stands first.
 * So there is one way to match, and a client that chooses a part of its claim
 * cannot shift what is captured.
 */
#define SHAPE_NAME_MAX 32
#define CAPTURES_MAX 16

struct captures {
	size_t count;
	struct capture {
		const char *name; /* the shape's */
		size_t name_length;
		const char *value; /* the claim's */
		size_t length;
	} list[CAPTURES_MAX];
};

struct shape;

/* NULL with FAULT_CONFIG and why it is none, worded to follow the text. The
 * text must stay. */
struct shape *shape_new(const char *text, struct error *err);
void shape_free(struct shape *shape);
SCOPED(shape, struct shape *, shape_free);

/* Is the claim of this shape? Then what it captures is added. */
bool shape_match(
    const struct shape *shape, const char *claim, struct captures *captures);

/* The i-th name that it captures, or NULL. */
const char *shape_name(const struct shape *shape, size_t i, size_t *length);

/* NULL: there is none of that name. */
const struct capture *captures_find(
    const struct captures *captures, const char *name, size_t length);

/* `{name}` at the start of `text`: the length of the name, 0 where it is no
 * name. */
size_t shape_braced(const char *text);

#endif
