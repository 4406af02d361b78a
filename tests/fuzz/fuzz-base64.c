/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"

typedef int
decoder(struct secret *out, const char *text, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What cannot be decoded leaves nothing; what can has just so many bytes. */
static void
decode(decoder *decode_one, const char *text, size_t length, size_t room)
{
	scoped(secret) struct secret *out = secret_new(room);

	if (out == NULL)
		return;
	if (decode_one(out, text, length) == -1 && secret_length(out) != 0)
		abort();
	if (secret_length(out) > length / 4 * 3 + 3)
		abort();
}

/* The first byte is the room there is, in quarters of what may be needed. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	size_t room;

	if (size == 0 || (text = malloc(size)) == NULL)
		return 0;
	room = (size_t)data[0] % 5 * size / 4;
	memcpy(text, data + 1, size - 1);
	decode(base64_decode, text, size - 1, room);
	decode(base64url_decode, text, size - 1, room);
	free(text);
	return 0;
}
