/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "helpers/daypass/setup_ini.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' ||
	       c == '\v';
}

static int
wrong(const struct setup_text *text, size_t at, const char *what,
    struct error *err)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += text->bytes[i] == '\n';
	return error_set(err, FAULT_CONFIG, "line %u: %s", line, what);
}

static int
copy_name(struct setup_ini_line *line, const char *begin, const char *end)
{
	size_t length = (size_t)(end - begin);

	if (length == 0 || length >= sizeof(line->name))
		return -1;
	memcpy(line->name, begin, length);
	line->name[length] = '\0';
	return 0;
}

static int
read_header(const struct setup_text *text, struct setup_ini_line *line,
    const char *first, const char *end, struct error *err)
{
	const char *close = memchr(first, ']', (size_t)(end - first));

	line->kind = INI_HEADER;
	if (close == NULL)
		return wrong(
		    text, line->begin, "the section's header has no `]`", err);
	if (memchr(close + 1, ']', (size_t)(end - close - 1)) != NULL)
		return wrong(text, line->begin,
		    "the section's header has two `]`: tools do not agree on "
		    "which ends it",
		    err);
	if (copy_name(line, first + 1, close) == -1)
		return wrong(text, line->begin,
		    "the section has no name, or a long one", err);
	return 1;
}

static int
read_key(const struct setup_text *text, struct setup_ini_line *line,
    const char *first, const char *end, struct error *err)
{
	const char *sign = first;
	const char *value;

	while (sign < end && *sign != '=' && *sign != ':')
		sign++;
	line->kind = INI_KEY;
	if (sign == end)
		return wrong(
		    text, line->begin, "a key that no `=` follows", err);
	for (value = sign + 1; value < end && is_blank(*value); value++)
		;
	while (sign > first && is_blank(sign[-1]))
		sign--;
	if (copy_name(line, first, sign) == -1)
		return wrong(
		    text, line->begin, "no key before `=`, or a long one", err);
	for (char *c = line->name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	while (end > value && is_blank(end[-1]))
		end--;
	line->value = (size_t)(value - text->bytes);
	line->value_length = (size_t)(end - value);
	return 1;
}

int
setup_ini_next(const struct setup_text *text, struct setup_ini_line *line,
    struct error *err)
{
	bool goes_on =
	    line->end > 0 && (line->kind == INI_KEY || line->kind == INI_MORE);
	const char *first, *end;
	size_t indent;

	if (line->end >= text->length)
		return 0;
	line->begin = line->end;
	line->end = setup_text_line_end(text, line->begin);
	line->name[0] = '\0';
	first = text->bytes + line->begin;
	end = text->bytes + line->end;
	while (first < end && is_blank(*first))
		first++;
	/* What is blank or a comment does not end a value that goes on. */
	if (first == end || *first == '#' || *first == ';') {
		if (!goes_on)
			line->kind = first == end ? INI_BLANK : INI_COMMENT;
		return 1;
	}
	indent = (size_t)(first - text->bytes) - line->begin;
	if (goes_on && indent > line->indent) {
		line->kind = INI_MORE;
		return 1;
	}
	line->indent = indent;
	return *first == '[' ? read_header(text, line, first, end, err)
			     : read_key(text, line, first, end, err);
}

static int
enter(const struct setup_text *text, const struct setup_ini_line *line,
    struct setup_ini_found *found, bool *there, struct error *err)
{
	if (*there)
		return wrong(
		    text, line->begin, "this section is there twice", err);
	found->header = line->begin;
	found->body = line->end;
	*there = true;
	return 0;
}

static void
note_key(const struct setup_ini_line *line, const char *key,
    struct setup_ini_found *found)
{
	if (found->first == 0) {
		found->first = line->begin;
		found->indent = line->indent;
	}
	if (key != NULL && strcmp(line->name, key) == 0) {
		found->has_key = true;
		found->key = *line;
	}
}

int
setup_ini_find(const struct setup_text *text, const char *section,
    const char *key, struct setup_ini_found *found, struct error *err)
{
	struct setup_ini_line line = {.kind = INI_BLANK};
	bool inside = false, there = false;
	int got;

	*found = (struct setup_ini_found){.has_key = false};
	while ((got = setup_ini_next(text, &line, err)) == 1) {
		if (line.name[0] == '\0')
			continue;
		if (line.kind == INI_HEADER) {
			inside = strcmp(line.name, section) == 0;
			if (inside &&
			    enter(text, &line, found, &there, err) == -1)
				return -1;
		} else if (inside) {
			note_key(&line, key, found);
		}
	}
	return got == -1 ? -1 : there;
}
