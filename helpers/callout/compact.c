/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/base64.h"
#include "helpers/callout/compact.h"

#define YEAR_9999 INT64_C(253402300799)
#define SIGNATURE_MOST 1024 /* bytes: RSA of 8192 bits */

static struct secret *
decode(const char *text, size_t length)
{
	struct secret *bytes = secret_new(length);

	if (bytes != NULL && base64url_decode(bytes, text, length) == -1) {
		secret_free(bytes);
		return NULL;
	}
	return bytes;
}

static struct json *
object(const char *text, size_t length)
{
	scoped(secret) struct secret *bytes = decode(text, length);
	scoped(json) struct json *json = NULL;

	if (bytes == NULL)
		return NULL;
	json = json_parse(secret_bytes(bytes), secret_length(bytes), NULL);
	if (json == NULL || !json_is_object(json, ""))
		return NULL;
	return take(&json);
}

static int
read_parts(const char *const parts[3], const size_t lengths[3],
    struct compact *compact, const char **what)
{
	*what = "its header is no JSON object in base64url";
	if ((compact->header = object(parts[0], lengths[0])) == NULL)
		return -1;
	*what = "its payload is no JSON object in base64url";
	if ((compact->claims = object(parts[1], lengths[1])) == NULL)
		return -1;
	*what = "its signature is not in base64url";
	if (lengths[2] == 0 || lengths[2] > SIGNATURE_MOST * 4 / 3 + 1)
		return -1;
	compact->signature = decode(parts[2], lengths[2]);
	return compact->signature == NULL ? -1 : 0;
}

int
compact_read(
    const char *text, size_t length, struct compact *compact, const char **what)
{
	const char *parts[3] = {text};
	size_t lengths[3];
	const char *end = text + length;

	*compact = (struct compact){.input = text};
	*what = "it has no three parts";
	for (int i = 0; i < 3; i++) {
		const char *dot =
		    memchr(parts[i], '.', (size_t)(end - parts[i]));

		if ((dot == NULL) != (i == 2))
			return -1;
		lengths[i] = (size_t)((i == 2 ? end : dot) - parts[i]);
		if (i < 2)
			parts[i + 1] = dot + 1;
	}
	compact->input_length = lengths[0] + 1 + lengths[1];
	if (read_parts(parts, lengths, compact, what) == 0)
		return 0;
	compact_clear(compact);
	return -1;
}

void
compact_clear(struct compact *compact)
{
	json_free(compact->header);
	json_free(compact->claims);
	secret_free(compact->signature);
	*compact = (struct compact){.header = NULL};
}

int
compact_time(const struct json *claims, const char *name, int64_t *time)
{
	const char *string;

	if (!json_present(claims, name))
		return 0;
	if (json_string(claims, name, &string) ||
	    !json_integer(claims, name, time) || *time < 0 || *time > YEAR_9999)
		return -1;
	return 1;
}

void
compact_encode(struct buffer *out, const void *bytes, size_t length)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	const unsigned char *at = bytes;
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < length; i++) {
		bits = bits << 8 | at[i];
		for (held += 8; held >= 6; held -= 6)
			buffer_add(out, &letters[bits >> (held - 6) & 63], 1);
	}
	if (held > 0)
		buffer_add(out, &letters[bits << (6 - held) & 63], 1);
}
