/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "wire/message.h"

#define FIRST_LINE "daypass=" MESSAGE_VERSION " "

static void
put(struct writing *writing, const char *bytes, size_t length)
{
	if (writing->failed || length > writing->capacity - writing->length) {
		writing->failed = true;
		return;
	}
	memcpy(writing->bytes + writing->length, bytes, length);
	writing->length += length;
}

void
writing_start(
    struct writing *writing, char *bytes, size_t capacity, const char *word)
{
	*writing = (struct writing){.bytes = bytes, .capacity = capacity};
	put(writing, FIRST_LINE, sizeof(FIRST_LINE) - 1);
	put(writing, word, strlen(word));
	put(writing, "\n", 1);
}

void
writing_add_bytes(
    struct writing *writing, const char *key, const char *value, size_t length)
{
	/* A line break in a value would let its rest pass for lines of ours,
	 * and a cut-off value would be another value. */
	if (length > MESSAGE_VALUE_MAX || key[0] == '\0' ||
	    strpbrk(key, "=\n") != NULL || memchr(value, '\n', length) ||
	    memchr(value, '\0', length))
		writing->failed = true;
	put(writing, key, strlen(key));
	put(writing, "=", 1);
	put(writing, value, length);
	put(writing, "\n", 1);
}

void
writing_add(struct writing *writing, const char *key, const char *value)
{
	writing_add_bytes(writing, key, value, strlen(value));
}

void
writing_number(struct writing *writing, const char *key, int64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%lld", (long long)number);
	writing_add(writing, key, digits);
}

int
writing_end(struct writing *writing)
{
	put(writing, "\n", 1);
	return writing->failed ? -1 : 0;
}
