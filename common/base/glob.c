/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* What a single `*` stops at, and whether case matters. */
struct glob {
	const char *stops;
	bool fold;
};

static bool
same(const struct glob *glob, char a, char b)
{
	if (glob->fold)
		return tolower((unsigned char)a) == tolower((unsigned char)b);
	return a == b;
}

/*
 * One pass with a memory of the last `*` and of the last `**`: a single star
 * that cannot stretch further falls back on the double one before it. Linear
 * in practice, at worst the product of the lengths: a pattern cannot make it
 * explode.
 */
static bool
match(const struct glob *glob, const char *pattern, const char *text)
{
	const char *star = NULL, *star_text = NULL;
	const char *wide = NULL, *wide_text = NULL;

	for (;;) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			pattern += 2;
			wide = pattern;
			wide_text = text;
			star = NULL;
		} else if (*pattern == '*') {
			star = ++pattern;
			star_text = text;
		} else if (*text != '\0' && *pattern != '\0' &&
		    same(glob, *pattern, *text)) {
			pattern++;
			text++;
		} else if (*pattern == '\0' && *text == '\0') {
			return true;
		} else if (star != NULL && *star_text != '\0' &&
		    strchr(glob->stops, *star_text) == NULL) {
			pattern = star;
			text = ++star_text;
		} else if (wide != NULL && *wide_text != '\0') {
			pattern = wide;
			text = ++wide_text;
			star = NULL;
		} else {
			return false;
		}
	}
}

bool
text_glob(const char *pattern, const char *text)
{
	static const struct glob glob = {.stops = "/.:"};

	return match(&glob, pattern, text);
}

bool
text_glob_fold(const char *pattern, const char *text)
{
	static const struct glob glob = {.stops = "/.:", .fold = true};

	return match(&glob, pattern, text);
}

bool
text_glob_host(const char *pattern, const char *host)
{
	static const struct glob glob = {.stops = ".", .fold = true};

	return match(&glob, pattern, host);
}
