/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_COMPACT_H
#define DAYPASS_HELPERS_CALLOUT_COMPACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/secret.h"

/*
 * A signed JWT as it travels (RFC 7515 3.1): three parts in base64url without
 * padding, the first two JSON objects without a key twice. Taken apart, and
 * put together, not believed.
 */
struct compact {
	struct json *header;
	struct json *claims;
	const char *input; /* what was signed: part of the token */
	size_t input_length;
	struct secret *signature;
};

/* -1: it is none, or there is no memory; *what says which part. */
int compact_read(const char *text, size_t length, struct compact *compact,
    const char **what);
void compact_clear(struct compact *compact);

static inline void
compact_scoped(struct compact *compact)
{
	compact_clear(compact);
}

/* A NumericDate (RFC 7519 2): a number, and not a string of digits. 1: there,
 * with decimals cut off; 0: there is no such claim; -1: it is something else
 * or beyond the year 9999. */
int compact_time(const struct json *claims, const char *name, int64_t *time);

/* Appends in base64url. */
void compact_encode(struct buffer *out, const void *bytes, size_t length);

#endif
