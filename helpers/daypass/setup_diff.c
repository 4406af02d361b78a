/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/scoped.h"
#include "helpers/daypass/setup_diff.h"

#define AROUND 3
#define TABLE_MAX                                                  \
	4000000 /* beyond that all old lines go, all new ones come \
		 */

struct lines {
	const char **at; /* count + 1: the last is the end */
	size_t count;
};

/* One line of the result. */
struct step {
	char sign; /* ' ', '-', '+' */
	const char *line, *end;
};

static int
split(const char *text, struct lines *lines)
{
	size_t count = 0;
	const char *end;

	for (const char *at = text; *at != '\0'; at = end, count++) {
		end = strchr(at, '\n');
		end = end != NULL ? end + 1 : at + strlen(at);
	}
	if ((lines->at = calloc(count + 1, sizeof(*lines->at))) == NULL)
		return -1;
	lines->count = count;
	for (size_t i = 0; i <= count; i++) {
		lines->at[i] = text;
		end = strchr(text, '\n');
		text = end != NULL ? end + 1 : text + strlen(text);
	}
	return 0;
}

static bool
same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
	size_t length = (size_t)(a->at[i + 1] - a->at[i]);

	return length == (size_t)(b->at[j + 1] - b->at[j]) &&
	       memcmp(a->at[i], b->at[j], length) == 0;
}

/* The parts that differ, between what both begin and end with. */
struct middle {
	size_t begin, old_end, new_end;
};

static struct middle
find_middle(const struct lines *old, const struct lines *new)
{
	struct middle middle = {0, old->count, new->count};

	while (middle.begin < old->count &&
	       middle.begin <
		   new->count &&same(old, middle.begin, new, middle.begin))
		middle.begin++;
	while (middle.old_end > middle.begin && middle.new_end > middle.begin &&
	       same(old, middle.old_end - 1, new, middle.new_end - 1)) {
		middle.old_end--;
		middle.new_end--;
	}
	return middle;
}

static size_t
add(struct step *steps, size_t count, char sign, const struct lines *lines,
    size_t i)
{
	steps[count] = (struct step){sign, lines->at[i], lines->at[i + 1]};
	return count + 1;
}

/* The longest common subsequence of the middle, from its end. */
static unsigned *
measure(const struct lines *old, const struct lines *new,
    const struct middle *middle)
{
	size_t rows = middle->old_end - middle->begin;
	size_t columns = middle->new_end - middle->begin;
	size_t width = columns + 1;
	unsigned *table;

	if (rows > TABLE_MAX / width)
		return NULL;
	if ((table = calloc((rows + 1) * width, sizeof(*table))) == NULL)
		return NULL;
	for (size_t i = rows; i-- > 0;)
		for (size_t j = columns; j-- > 0;) {
			unsigned down = table[(i + 1) * width + j];
			unsigned right = table[i * width + j + 1];

			table[i * width + j] =
			    same(old, middle->begin + i, new, middle->begin + j)
				? table[(i + 1) * width + j + 1] + 1
			    : down > right ? down
					   : right;
		}
	return table;
}

static size_t
walk(struct step *steps, size_t count, const struct lines *old,
    const struct lines *new, const struct middle *middle, const unsigned *table)
{
	size_t i = middle->begin, j = middle->begin;
	size_t width = middle->new_end - middle->begin + 1;

	while (i < middle->old_end || j < middle->new_end) {
		size_t at = (i - middle->begin) * width + j - middle->begin;
		bool both = i < middle->old_end && j < middle->new_end;

		if (both && table != NULL && same(old, i, new, j)) {
			count = add(steps, count, ' ', old, i++);
			j++;
		} else if (i < middle->old_end &&
			   (!both || table == NULL ||
			       table[at + width] >= table[at + 1])) {
			count = add(steps, count, '-', old, i++);
		} else {
			count = add(steps, count, '+', new, j++);
		}
	}
	return count;
}

static size_t
compare(struct step *steps, const struct lines *old, const struct lines *new)
{
	struct middle middle = find_middle(old, new);
	unsigned *table = measure(old, new, &middle);
	size_t count = 0;

	for (size_t i = 0; i < middle.begin; i++)
		count = add(steps, count, ' ', old, i);
	count = walk(steps, count, old, new, &middle, table);
	for (size_t i = middle.old_end; i < old->count; i++)
		count = add(steps, count, ' ', old, i);
	free(table);
	return count;
}

static void
write_range(struct buffer *out, char sign, size_t line, size_t count)
{
	buffer_printf(out, " %c%zu", sign, count == 0 ? line : line + 1);
	if (count != 1)
		buffer_printf(out, ",%zu", count);
}

static void
write_step(struct buffer *out, const struct step *step)
{
	size_t length = (size_t)(step->end - step->line);

	buffer_add(out, &step->sign, 1);
	buffer_add(out, step->line, length);
	if (length == 0 || step->line[length - 1] != '\n')
		buffer_add_string(out, "\n\\ No newline at end of file\n");
}

/* One hunk from `begin` to `end`; *old and *new count the lines before. */
static void
write_hunk(struct buffer *out, const struct step *steps, size_t begin,
    size_t end, size_t old, size_t new)
{
	size_t gone = 0, come = 0;

	for (size_t i = begin; i < end; i++) {
		gone += steps[i].sign != '+';
		come += steps[i].sign != '-';
	}
	buffer_add_string(out, "@@");
	write_range(out, '-', old, gone);
	write_range(out, '+', new, come);
	buffer_add_string(out, " @@\n");
	for (size_t i = begin; i < end; i++)
		write_step(out, &steps[i]);
}

/* Where a hunk ends that has a change at `at`. */
static size_t
hunk_end(const struct step *steps, size_t count, size_t at)
{
	size_t last = at;

	for (; at < count && at <= last + 2 * AROUND + 1; at++)
		if (steps[at].sign != ' ')
			last = at;
	return last + 1 + AROUND < count ? last + 1 + AROUND : count;
}

static void
write_hunks(struct buffer *out, const struct step *steps, size_t count)
{
	size_t old = 0, new = 0, at = 0, begin, end, change;

	while (at < count) {
		for (change = at; change < count && steps[change].sign == ' ';)
			change++;
		if (change == count)
			return;
		begin = change > at + AROUND ? change - AROUND : at;
		end = hunk_end(steps, count, change);
		old += begin - at;
		new += begin - at;
		write_hunk(out, steps, begin, end, old, new);
		for (at = begin; at < end; at++) {
			old += steps[at].sign != '+';
			new += steps[at].sign != '-';
		}
	}
}

int
setup_diff(struct buffer *out, const char *old_name, const char *old,
    const char *new_name, const char *new)
{
	struct lines before = {.count = 0}, after = {.count = 0};
	struct step *steps = NULL;
	int failed = -1;

	if (strcmp(old, new) == 0)
		return 0;
	if (split(old, &before) == 0 && split(new, &after) == 0)
		steps = calloc(before.count + after.count + 1, sizeof(*steps));
	if (steps != NULL) {
		buffer_printf(out, "--- %s\n+++ %s\n", old_name, new_name);
		write_hunks(out, steps, compare(steps, &before, &after));
		failed = buffer_failed(out) ? -1 : 0;
	}
	free(steps);
	free(before.at);
	free(after.at);
	return failed;
}
