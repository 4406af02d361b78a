/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_MESSAGE_H
#define DAYPASS_WIRE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * What helpers and agent say to each other: lines of key=value ended by an
 * empty line, the first one `daypass=1 WORD` (a verb in a request, a verdict
 * in an answer). docs/wire.md lists verbs and keys. Bytes are the caller's:
 * nothing is copied, nothing is allocated, for they may be secret.
 */
#define MESSAGE_MAX (64 * 1024)
#define MESSAGE_VALUE_MAX (16 * 1024)
#define MESSAGE_ATTRIBUTES 512
#define MESSAGE_VERSION "1"

struct attribute {
	const char *key;
	const char *value;
};

struct message {
	const char *word;
	unsigned count;
	struct attribute attributes[MESSAGE_ATTRIBUTES];
};

/* Is a whole message there? Its length with the empty line, or 0. */
size_t message_complete(const char *bytes, size_t length);

/*
 * Takes a whole message apart, in place: line ends and `=` become NULs, so
 * bytes[0..length) must stay while the message is used. -1 (FAULT_SYSTEM): no
 * first line of ours, a NUL, a line without `=`, an empty key, a value over
 * the limit, too many lines. A key that begins with `!` is kept under that
 * name: see message_must.
 */
int message_parse(
    struct message *message, char *bytes, size_t length, struct error *err);

/* The last value of a key, or NULL. */
const char *message_get(const struct message *message, const char *key);

/* The next attribute with `key` from index *at on, which is moved behind it;
 * NULL at the end. */
const char *message_next(
    const struct message *message, const char *key, unsigned *at);

/* The number of a key, or `otherwise` where it is missing or no number. */
int64_t message_number(
    const struct message *message, const char *key, int64_t otherwise);

/* Refuses a message that has a `!key` that is not in the NULL-terminated
 * list (without the mark): -1 with the key's name. */
int message_must(
    const struct message *message, const char *const *known, struct error *err);

/* Writing, into the caller's room. */
struct writing {
	char *bytes;
	size_t length;
	size_t capacity;
	bool failed; /* no room, or a newline in a value */
};

void writing_start(
    struct writing *writing, char *bytes, size_t capacity, const char *word);
void writing_add(struct writing *writing, const char *key, const char *value);
void writing_add_bytes(
    struct writing *writing, const char *key, const char *value, size_t length);
void writing_number(struct writing *writing, const char *key, int64_t number);
/* Adds the empty line; -1 when anything did not fit. */
int writing_end(struct writing *writing);

#endif
