/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "identity/login.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* -1: a percent sign without two digits, a NUL, or no room. */
static int
decode(const char *from, size_t length, char *to, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		int c = from[i] == '+' ? ' ' : (unsigned char)from[i];

		if (c == '%') {
			if (i + 2 >= length || hex(from[i + 1]) == -1 ||
			    hex(from[i + 2]) == -1)
				return -1;
			c = hex(from[i + 1]) << 4 | hex(from[i + 2]);
			i += 2;
		}
		if (c == '\0' || used + 1 >= size)
			return -1;
		to[used++] = (char)c;
	}
	to[used] = '\0';
	return 0;
}

int
login_query(const char *query, const char *name, char *value, size_t size)
{
	size_t length = strlen(name);
	int found = 0;

	value[0] = '\0';
	while (*query != '\0') {
		size_t all = strcspn(query, "&");

		if (all > length && query[length] == '=' &&
		    strncmp(query, name, length) == 0) {
			if (found++ > 0 ||
			    decode(query + length + 1, all - length - 1, value,
				size) == -1)
				return -1;
		}
		query += all + (query[all] == '&');
	}
	return found;
}
