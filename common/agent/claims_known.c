/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/claims_known.h"

struct settings *
claims_known(const struct credential *credential)
{
	const char *text =
	    credential->claims == NULL ? "" : credential->claims;
	scoped(settings) struct settings *claims = settings_new();
	scoped(string) char *copy = strdup(text);
	char *at = copy, *one, *value;

	if (claims == NULL || copy == NULL)
		return NULL;
	while ((one = strsep(&at, "\037")) != NULL) {
		if ((value = strchr(one, '=')) == NULL)
			continue;
		*value++ = '\0';
		if (settings_add(claims, one, value) == -1)
			return NULL;
	}
	return take(&claims);
}
