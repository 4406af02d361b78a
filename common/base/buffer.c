/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

#define FIRST_CAPACITY 256

/* Makes room for `more` bytes and a NUL, or fails the buffer. */
static bool
reserve(struct buffer *buffer, size_t more)
{
	size_t capacity =
	    buffer->capacity == 0 ? FIRST_CAPACITY : buffer->capacity;
	char *bytes;

	if (buffer->failed || more > buffer->limit ||
	    buffer->length > buffer->limit - more) {
		buffer->failed = true;
		return false;
	}
	while (capacity <= buffer->length + more)
		capacity *= 2;
	if (capacity == buffer->capacity)
		return true;
	if ((bytes = realloc(buffer->bytes, capacity)) == NULL) {
		buffer->failed = true;
		return false;
	}
	buffer->bytes = bytes;
	buffer->capacity = capacity;
	return true;
}

void
buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	if (!reserve(buffer, length))
		return;
	if (length > 0)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
}

void
buffer_add_string(struct buffer *buffer, const char *string)
{
	buffer_add(buffer, string, strlen(string));
}

void
buffer_printf(struct buffer *buffer, const char *fmt, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, fmt);
	length = vsnprintf(NULL, 0, fmt, arguments);
	va_end(arguments);
	if (length < 0)
		buffer->failed = true;
	if (length < 0 || !reserve(buffer, (size_t)length))
		return;
	va_start(arguments, fmt);
	vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, fmt,
	    arguments);
	va_end(arguments);
	buffer->length += (size_t)length;
}

void
buffer_add_escaped(struct buffer *buffer, const char *string)
{
	for (; *string != '\0'; string++) {
		unsigned char c = (unsigned char)*string;

		if ((c < 0x80 && isalnum(c)) || strchr("-._~", c) != NULL)
			buffer_add(buffer, string, 1);
		else
			buffer_printf(buffer, "%%%02X", c);
	}
}

const char *
buffer_text(const struct buffer *buffer)
{
	return buffer->bytes == NULL ? "" : buffer->bytes;
}

bool
buffer_failed(const struct buffer *buffer)
{
	return buffer->failed;
}

void
buffer_free(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = BUFFER(buffer->limit);
}
