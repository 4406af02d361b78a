/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_SECRET_H
#define DAYPASS_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/scoped.h"

/*
 * Bytes that nobody else may see: out of one arena that is locked in memory
 * (as far as the limit allows), left out of core dumps, wiped when freed, and
 * read as zeroes by a forked child. A secret has a fixed capacity and is
 * always NUL-terminated behind its length.
 */
struct secret;

/* Room for `capacity` bytes and a NUL. NULL with ENOMEM when there is none. */
struct secret *secret_new(size_t capacity);

/* A copy of `length` bytes in a secret just as large; NULL: no memory. */
struct secret *secret_copy(const void *bytes, size_t length);

/* Wipes and frees; NULL is fine. */
void secret_free(struct secret *secret);
SCOPED(secret, struct secret *, secret_free);

/* Appends; -1 and nothing appended when the capacity does not allow it. */
int secret_add(struct secret *secret, const void *bytes, size_t length);
int secret_add_string(struct secret *secret, const char *string);

/* Like secret_add, into a new and larger secret when need be, up to `limit`
 * bytes; the old one is wiped. -1: beyond the limit, or no memory. */
int secret_grow(
    struct secret **secret, const void *bytes, size_t length, size_t limit);

/* Forgets the bytes behind `length` and wipes them. */
void secret_truncate(struct secret *secret, size_t length);

/* Drops the first `length` bytes. */
void secret_consume(struct secret *secret, size_t length);

size_t secret_length(const struct secret *secret);
size_t secret_capacity(const struct secret *secret);

/* The only way to read one: valid until the secret is changed or freed.
 * Whoever calls it stands on the list in tests/unit/test-secrecy. */
const char *secret_bytes(const struct secret *secret);

/* The bytes to write into: `secret_room()` bytes at most, then
 * secret_wrote(), which also says how much there is to wipe. For read(2) and
 * recv(2). */
char *secret_tail(struct secret *secret);
size_t secret_room(const struct secret *secret);
void secret_wrote(struct secret *secret, size_t length);

/* Compares in constant time for equal lengths. */
bool secret_equal(const struct secret *a, const void *bytes, size_t length);

/* In a forked child: forget the parent's arena (it reads as zeroes) and use a
 * fresh one. Secrets made before must not be touched again. */
void secret_after_fork(void);

/* What the arena holds. `refused`: why some of it is not locked, a static
 * sentence; NULL: all is. What else is refused is a shortfall. */
struct secret_report {
	size_t mapped;
	size_t locked;
	const char *refused;
};
void secret_arena_report(struct secret_report *report);

#endif
