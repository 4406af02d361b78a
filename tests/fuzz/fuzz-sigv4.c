/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/sigv4.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PARTS 8

/* Lines of text, the rest of them in the last. */
static void
split(char *text, const char *parts[PARTS])
{
	for (size_t i = 0; i < PARTS; i++) {
		char *newline = i + 1 < PARTS ? strchr(text, '\n') : NULL;

		parts[i] = text;
		if (newline == NULL) {
			text = strchr(text, '\0');
			continue;
		}
		*newline = '\0';
		text = newline + 1;
	}
}

/* The header can hold no line break, whatever its parts were. */
static void
check(const struct sigv4 *sigv4)
{
	scoped(buffer) struct buffer header = BUFFER(64 * 1024);
	char date[SIGV4_DATE];

	if (sigv4_sign(sigv4, &header, date) == -1)
		return;
	if (strpbrk(buffer_text(&header), "\r\n") != NULL ||
	    strlen(date) != SIGV4_DATE - 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	const char *parts[PARTS];

	if (text == NULL)
		return 0;
	split(text, parts);
	scoped(secret) struct secret *key =
	    secret_copy(parts[1], strlen(parts[1]));
	scoped(secret) struct secret *body =
	    secret_copy(parts[7], strlen(parts[7]));
	const struct sigv4 sigv4 = {
	    .access_key_id = parts[0],
	    .secret_key = key,
	    .session_token = parts[1][0] == '\0' ? NULL : key,
	    .region = parts[2],
	    .service = parts[3],
	    .now = 1715000000,
	    .method = "POST",
	    .host = parts[4],
	    .path = parts[5],
	    .content_type = "application/x-www-form-urlencoded",
	    .target = parts[6][0] == '\0' ? NULL : parts[6],
	    .body = body,
	};
	if (key != NULL && body != NULL)
		check(&sigv4);
	free(text);
	return 0;
}
