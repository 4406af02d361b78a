/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_BUFFER_H
#define DAYPASS_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Text that grows up to a stated limit. Not for secrets (those live in struct
 * secret). Once an addition did not fit (limit, or memory) the buffer is
 * failed: it takes nothing more, and buffer_failed() says so, so that a run
 * of additions is checked once, at its end.
 *
 *	struct buffer out = BUFFER(4096);
 */
struct buffer {
	char *bytes; /* NUL-terminated, NULL while empty; owned */
	size_t length;
	size_t capacity;
	size_t limit;
	bool failed;
};

#define BUFFER(limit_)            \
	(struct buffer)           \
	{                         \
		.limit = (limit_) \
	}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_add_string(struct buffer *buffer, const char *string);
void buffer_printf(struct buffer *buffer, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds `string` percent-encoded: all but the unreserved of RFC 3986. */
void buffer_add_escaped(struct buffer *buffer, const char *string);

/* The text so far, never NULL. */
const char *buffer_text(const struct buffer *buffer);
bool buffer_failed(const struct buffer *buffer);

/* Frees what it holds and makes it empty again. */
void buffer_free(struct buffer *buffer);

static inline void
buffer_scoped(struct buffer *buffer)
{
	buffer_free(buffer);
}

#endif
