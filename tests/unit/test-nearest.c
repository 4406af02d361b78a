/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "tap.h"

static const char *const words[] = {"exchange", "from", "identity",
    "token-audience", "ttl", "endpoint", "revoke", "role", "region", NULL};

static void
nearest(const char *word, const char *expected)
{
	tap_is(text_nearest(word, words), expected, "nearest to '%s'", word);
}

int
main(void)
{
	static const char *const none[] = {NULL};
	char longest[1000];

	nearest("exchange", "exchange");
	nearest("exchagne", "exchange");
	nearest("exchnge", "exchange");
	nearest("excahnged", "exchange");
	nearest("xxchxngx", "exchange");
	nearest("xxxhxngx", NULL);
	nearest("rol", "role");
	nearest("rolle", "role");
	nearest("regoin", "region");
	nearest("tl", "ttl");
	nearest("t", NULL);
	nearest("xyz", NULL);
	nearest("", NULL);
	nearest("token_audience", "token-audience");
	nearest("tokenaudience", "token-audience");
	nearest("token-audienceabcd", NULL);
	nearest("Role", "role");
	nearest("ROLE", NULL);
	tap_is(text_nearest("a", none), NULL, "nearest of none");
	memset(longest, 'r', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	nearest(longest, NULL);
	return tap_done();
}
