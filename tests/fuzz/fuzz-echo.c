/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/echo.h"
#include "base/text.h"

#define SENTENCE 2048

/* No part of a secret that is as long as this comes through. */
#define ECHO_MIN 16

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_printable(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			abort();
}

static void
check_concealed(const char *text, const uint8_t *secret, size_t length)
{
	for (size_t i = 0; i + ECHO_MIN <= length; i++)
		if (memmem(text, strlen(text), secret + i, ECHO_MIN) != NULL)
			abort();
}

/* A secret on the first line; then what somebody said who had heard it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = memchr(data, '\n', size);
	size_t length = newline == NULL ? 0 : (size_t)(newline - data);
	scoped(secret) struct secret *secret = secret_copy(data, length);
	char text[SENTENCE];
	size_t before;

	/* one with stars could be made of our mark and of what is left */
	if (newline == NULL || secret == NULL ||
	    memchr(data, '*', length) != NULL)
		return 0;
	text_printable(
	    text, sizeof(text), (const char *)newline + 1, size - length - 1);
	before = strlen(text);
	check_printable(text);
	echo_conceal(text, secret);
	check_concealed(text, data, length);
	echo_mask(text);
	check_printable(text);
	if (strlen(text) > before)
		abort();
	return 0;
}
