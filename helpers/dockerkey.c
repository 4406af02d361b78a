/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "helpers/dockerkey.h"

#define SPACE " \t\r\n\v\f"

const char *
dockerkey_read(char *bytes, size_t length, const char **failure)
{
	char *key, *end = bytes + length;

	*end = '\0';
	key = bytes + strspn(bytes, SPACE);
	while (end > key && strchr(SPACE, end[-1]) != NULL)
		end--;
	*end = '\0';
	*failure = DOCKERKEY_NO_URL;
	if (key[0] == '\0' && key == end)
		return NULL;
	/* Control bytes are in nobody's name: nothing can bind it. */
	*failure = DOCKERKEY_NOT_FOUND;
	for (const char *c = key; c < end; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return NULL;
	return key;
}
