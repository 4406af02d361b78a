/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/http.h"

/* application/x-www-form-urlencoded, escaping all but the unreserved
 * characters of RFC 3986: what AWS signs and everybody reads. */
static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static int
add_escaped(struct secret *body, const char *bytes, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		char escape[] = {'%', digits[c >> 4], digits[c & 15]};
		bool plain = is_unreserved(bytes[i]);

		if (secret_add(body, plain ? bytes + i : escape,
			plain ? 1 : sizeof(escape)) == -1)
			return -1;
	}
	return 0;
}

/* All of it, or nothing. */
static int
add_pair(struct secret *body, const char *key, const char *value, size_t length)
{
	size_t before = secret_length(body);

	if ((before == 0 || secret_add(body, "&", 1) == 0) &&
	    add_escaped(body, key, strlen(key)) == 0 &&
	    secret_add(body, "=", 1) == 0 &&
	    add_escaped(body, value, length) == 0)
		return 0;
	secret_truncate(body, before);
	return -1;
}

int
http_form(struct secret *body, const char *key, const char *value)
{
	return add_pair(body, key, value, strlen(value));
}

int
http_form_secret(
    struct secret *body, const char *key, const struct secret *value)
{
	return add_pair(body, key, secret_bytes(value), secret_length(value));
}
