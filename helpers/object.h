/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_OBJECT_H
#define DAYPASS_HELPERS_OBJECT_H

#include <stddef.h>

#include "base/error.h"

/*
 * A flat JSON object (RFC 8259) of strings, which is all that docker's
 * protocol knows, read in place without another library.
 */
#define OBJECT_MEMBERS 1024

struct member {
	const char *name;
	const char *value;
};

struct object {
	unsigned count;
	struct member members[OBJECT_MEMBERS];
};

/* bytes[length] is written too. -1 (FAULT_USAGE): anything else, a NUL in a
 * string, too many members, or more behind it than white space. */
int object_read(
    struct object *object, char *bytes, size_t length, struct error *err);

/* The last member of that name, whatever its case as Go's decoder has it, or
 * NULL. */
const char *object_get(const struct object *object, const char *name);

#endif
