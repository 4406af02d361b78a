/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"

/* Apart from json.c, so that what only writes JSON needs no json-c. */

#define ESCAPE_MAX 7 /* "\u001f" */

/* The escape of one byte, or "" for what stands for itself. */
static const char *
escape(unsigned char c, char text[ESCAPE_MAX])
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	text[0] = '\0';
	for (const char *pair = letters; *pair != '\0'; pair += 2)
		if ((unsigned char)pair[0] == c) {
			snprintf(text, ESCAPE_MAX, "\\%c", pair[1]);
			return text;
		}
	if (c < ' ' || c == 0x7f)
		snprintf(text, ESCAPE_MAX, "\\u%04x", c);
	return text;
}

void
json_quote(struct buffer *out, const char *string)
{
	char text[ESCAPE_MAX];

	buffer_add(out, "\"", 1);
	for (; *string != '\0'; string++)
		if (*escape((unsigned char)*string, text) != '\0')
			buffer_add_string(out, text);
		else
			buffer_add(out, string, 1);
	buffer_add(out, "\"", 1);
}

static int
quote(struct secret *out, const char *string, size_t length)
{
	char text[ESCAPE_MAX];
	int result = secret_add(out, "\"", 1);

	for (size_t i = 0; i < length && result == 0; i++)
		if (*escape((unsigned char)string[i], text) != '\0')
			result = secret_add_string(out, text);
		else
			result = secret_add(out, string + i, 1);
	return result == 0 ? secret_add(out, "\"", 1) : -1;
}

int
json_quote_secret(struct secret *out, const char *string, size_t length)
{
	size_t before = secret_length(out);

	if (quote(out, string, length) == 0)
		return 0;
	secret_truncate(out, before);
	return -1;
}
