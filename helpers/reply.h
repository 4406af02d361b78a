/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_REPLY_H
#define DAYPASS_HELPERS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the tool is told: collected whole, so that it is told all or nothing,
 * then written at once and wiped. It holds secrets, so it is static memory out
 * of core dumps, never stdio's.
 */
#define REPLY_MAX (512 * 1024)

struct reply {
	size_t length;
	bool failed; /* too long */
	char bytes[REPLY_MAX];
};

void reply_start(struct reply *reply);
void reply_add(struct reply *reply, const char *text);

/* `key=value` and a line end, as git reads it. */
void reply_line(struct reply *reply, const char *key, const char *value);

/* RFC 8259: a string with its quotes; a number; `,"name":` (no comma behind a
 * brace). A NULL string becomes null. */
void reply_string(struct reply *reply, const char *string);
void reply_number(struct reply *reply, int64_t number);
void reply_name(struct reply *reply, const char *name);

/* `"name":"string"`, with the comma that it needs. */
void reply_member(struct reply *reply, const char *name, const char *string);

/* Writes it and wipes it. -1: it was too long (nothing is written), or could
 * not be written. */
int reply_send(struct reply *reply, int fd);

#endif
