/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "helpers/daypass/setup_text.h"

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

const char *
setup_text_bytes(const struct setup_text *text)
{
	return text->bytes != NULL ? text->bytes : "";
}

int
setup_text_splice(struct setup_text *text, size_t at, size_t gone,
    const char *put, size_t length, struct error *err)
{
	size_t whole = text->length - gone + length;
	char *bytes;

	if (whole > SETUP_TEXT_MAX)
		return error_set(
		    err, FAULT_CONFIG, "the file would be over 1 MiB");
	if ((bytes = malloc(whole + 1)) == NULL)
		return no_memory(err);
	memcpy(bytes, setup_text_bytes(text), at);
	memcpy(bytes + at, put, length);
	memcpy(bytes + at + length, setup_text_bytes(text) + at + gone,
	    text->length - at - gone);
	bytes[whole] = '\0';
	setup_text_free(text);
	*text = (struct setup_text){.bytes = bytes, .length = whole};
	return 0;
}

int
setup_text_copy(
    struct setup_text *to, const struct setup_text *from, struct error *err)
{
	return setup_text_splice(
	    to, 0, to->length, setup_text_bytes(from), from->length, err);
}

void
setup_text_free(struct setup_text *text)
{
	if (text->bytes != NULL)
		explicit_bzero(text->bytes, text->length);
	free(text->bytes);
	*text = (struct setup_text){.bytes = NULL};
}

bool
setup_text_same(const struct setup_text *a, const struct setup_text *b)
{
	return a->length == b->length &&
	       memcmp(setup_text_bytes(a), setup_text_bytes(b), a->length) == 0;
}

bool
setup_text_at(const struct setup_text *text, size_t at, const char *wanted)
{
	size_t length = strlen(wanted);

	return at <= text->length && length <= text->length - at &&
	       memcmp(setup_text_bytes(text) + at, wanted, length) == 0;
}

long
setup_text_find(const struct setup_text *text, size_t from, const char *wanted)
{
	const char *bytes = setup_text_bytes(text);
	const char *found;

	if (from > text->length)
		return -1;
	found =
	    memmem(bytes + from, text->length - from, wanted, strlen(wanted));
	return found != NULL ? (long)(found - bytes) : -1;
}

size_t
setup_text_line_end(const struct setup_text *text, size_t at)
{
	const char *bytes = setup_text_bytes(text);
	const char *end = memchr(bytes + at, '\n', text->length - at);

	return end != NULL ? (size_t)(end - bytes) + 1 : text->length;
}

const char *
setup_text_newline(const struct setup_text *text)
{
	size_t end = setup_text_line_end(text, 0);

	return end >= 2 && setup_text_at(text, end - 2, "\r\n") ? "\r\n" : "\n";
}
