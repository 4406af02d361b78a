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

/* What Python takes for a blank and others do not, or for a line's end. */
static bool
is_odd(const char *at, const char *end)
{
	static const char *const odd[] = {"\xc2\x85", "\xc2\xa0",
	    "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
	    "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
	    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",
	    "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
	    "\xe3\x80\x80", "\x1c", "\x1d", "\x1e", "\x1f"};
	size_t length;

	if (*at == '\r')
		return at + 1 < end && at[1] != '\n';
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		length = strlen(odd[i]);
		if (length <= (size_t)(end - at) &&
		    memcmp(at, odd[i], length) == 0)
			return true;
	}
	return false;
}

/* Is there any, where it would be a matter of what is a key? */
static bool
has_odd(const char *at, const char *end)
{
	bool value = false;

	for (; at < end; at++) {
		value |= *at == '=' || *at == ':';
		if (*at == '\r' ? is_odd(at, end) : !value && is_odd(at, end))
			return true;
	}
	return false;
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
	if (has_odd(text->bytes + line->begin, end))
		return wrong(text, line->begin,
		    "a blank that is one to some tools alone", err);
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

/* Of the section: what comes first behind its header, and the key. */
static void
note(const struct setup_ini_line *line, const char *key,
    struct setup_ini_found *found)
{
	if (found->first == 0) {
		found->first = line->begin;
		found->indent = line->indent;
	}
	if (line->kind == INI_KEY && key != NULL &&
	    strcmp(line->name, key) == 0) {
		found->has_key = true;
		found->goes_on = false;
		found->key = *line;
	}
}

int
setup_ini_find(const struct setup_text *text, const char *section,
    const char *key, struct setup_ini_found *found, struct error *err)
{
	struct setup_ini_line line = {.kind = INI_BLANK};
	bool inside = false, there = false, of_key = false;
	int got;

	*found = (struct setup_ini_found){.has_key = false};
	while ((got = setup_ini_next(text, &line, err)) == 1) {
		if (line.name[0] == '\0') {
			found->goes_on |= of_key && line.kind == INI_MORE;
			continue;
		}
		if (inside)
			note(&line, key, found);
		of_key = found->has_key && found->key.begin == line.begin;
		if (line.kind == INI_HEADER) {
			inside = strcmp(line.name, section) == 0;
			if (inside &&
			    enter(text, &line, found, &there, err) == -1)
				return -1;
		}
	}
	return got == -1 ? -1 : there;
}
