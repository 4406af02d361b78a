/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_TEXT_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * The bytes of a file of somebody else's, to be changed in place. They may
 * hold secrets (docker's config.json does): freed bytes are wiped, and errors
 * never show them.
 */
#define SETUP_TEXT_MAX (1024 * 1024)

struct setup_text {
	char *bytes; /* owned; NUL-terminated; NULL while empty */
	size_t length;
};

/* Replaces `gone` bytes at `at` by `put`. -1: too long, or no memory; the
 * text is as it was. */
int setup_text_splice(struct setup_text *text, size_t at, size_t gone,
    const char *put, size_t length, struct error *err);
int setup_text_copy(
    struct setup_text *to, const struct setup_text *from, struct error *err);
void setup_text_free(struct setup_text *text);

static inline void
setup_text_scoped(struct setup_text *text)
{
	setup_text_free(text);
}

const char *setup_text_bytes(const struct setup_text *text); /* never NULL */
bool setup_text_same(const struct setup_text *a, const struct setup_text *b);
bool setup_text_at(
    const struct setup_text *text, size_t at, const char *wanted);

/* Where `wanted` stands, at or after `from`; -1: nowhere. */
long setup_text_find(
    const struct setup_text *text, size_t from, const char *wanted);

/* Behind the end of the line that begins at `at`. */
size_t setup_text_line_end(const struct setup_text *text, size_t at);

/* "\r\n" if its first line ends so, else "\n". */
const char *setup_text_newline(const struct setup_text *text);

#endif
