/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "helpers/dockerkey.h"

#define DOCKERKEY_MAX 2048 /* no longer one is known to the agent */
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
	*failure = DOCKERKEY_NOT_FOUND;
	return strlen(key) == (size_t)(end - key) ? key : NULL;
}

bool
dockerkey_is_askable(const char *key)
{
	for (const char *c = key; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return strlen(key) < DOCKERKEY_MAX;
}
