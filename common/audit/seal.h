/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_SEAL_H
#define DAYPASS_AUDIT_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"

/*
 * Records in a chain. A record as an event_*() made it is sealed by three more
 * attributes at its end, in this form and no other:
 *
 *	,"sequence":"NNNNNNNNNNNNNNNN","prevhash":"HEX","hash":"HEX"}
 *
 * The sequence has 16 digits and counts from 1; HEX is 64 lower-case digits:
 * of the record before it, of the first one zeroes. The hash is the SHA-256 of
 * all bytes of the line before `,"hash":`; so it covers the record, its place
 * and the hash of the one before it.
 */
#define SEAL_DIGITS 16
#define SEAL_LINE_MAX (16 * 1024) /* of a sealed record, line end included */

/* How far a chain has come: its last record. */
struct head {
	int64_t sequence; /* 0: no record yet */
	char hash[DIGEST_HEX];
};
void head_start(struct head *head);
bool head_equal(const struct head *a, const struct head *b);

/* Appends the sealed line with its line end, and moves the head on to it.
 * `more` is a further member, such as `"first":"HEX"`, or NULL. -1: it does
 * not fit, or is no object on one line; the head stays, and so do the lines
 * that are there. */
int seal(struct head *head, const char *record, const char *more,
    struct buffer *out);

/* Is this a record that seal() would take? */
bool seal_takes(const char *record);

/* Takes a line (without its line end) apart: what it says it is, and what was
 * before it. -1: it has not that form. */
int seal_read(
    const char *line, size_t length, struct head *is, char before[DIGEST_HEX]);

/* How much of it was there before it was sealed, but for the brace at its end.
 * Only for what seal_read() took. */
size_t seal_inside(size_t length);

/* Is its hash that of its bytes? Only for what seal_read() took. */
bool seal_holds(const char *line, size_t length);

/* What is wrong with a line behind `head`; NULL: nothing, and the head is
 * moved on. `any`: it is the first that is there, behind whatever. */
const char *seal_follow(
    struct head *head, const char *line, size_t length, bool any);

#endif
