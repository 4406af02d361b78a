/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"

#define WORD_MAX 48

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Edits (Levenshtein) from one word to the other, one row at a time. */
static size_t
edits(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], width = strlen(b), diagonal, above;

	if (strlen(a) > WORD_MAX || width > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < width; j++) {
			above = row[j + 1];
			row[j + 1] = least(above + 1, row[j] + 1,
			    diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[width];
}

const char *
text_nearest(const char *word, const char *const *words)
{
	size_t allowed = (strlen(word) + 2) / 3, best, distance;
	const char *nearest = NULL;

	best = (allowed > 3 ? 3 : allowed) + 1;
	for (; *words != NULL; words++)
		if ((distance = edits(word, *words)) < best) {
			best = distance;
			nearest = *words;
		}
	return nearest;
}
