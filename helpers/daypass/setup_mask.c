/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "helpers/daypass/setup_ini.h"
#include "helpers/daypass/setup_json.h"
#include "helpers/daypass/setup_mask.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Is the string that ends at `end` a name? */
static bool
is_name(const struct setup_text *text, size_t end)
{
	while (end < text->length && is_blank(text->bytes[end]))
		end++;
	return end < text->length && text->bytes[end] == ':';
}

static void
mask_range(
    struct buffer *out, const struct setup_text *text, size_t at, size_t end)
{
	size_t behind;

	while (at < end) {
		if (strchr("-0123456789", text->bytes[at]) != NULL) {
			buffer_add_string(out, "***");
			at += strspn(text->bytes + at, "-+.eE0123456789");
			continue;
		}
		if (text->bytes[at] != '"') {
			buffer_add(out, text->bytes + at++, 1);
			continue;
		}
		behind = setup_json_string_end(text, at);
		if (is_name(text, behind))
			buffer_add(out, text->bytes + at, behind - at);
		else
			buffer_add_string(out, "\"***\"");
		at = behind;
	}
}

static bool
is_shown(const struct setup_text *text, const struct setup_json_member *member)
{
	return setup_text_at(text, member->key, "\"credHelpers\"") ||
	       setup_text_at(text, member->key, "\"credsStore\"");
}

void
setup_mask_json(struct buffer *out, const struct setup_text *text)
{
	struct setup_json_member member = {.key_end = 0};
	struct setup_json_object whole;
	struct error err;
	size_t at = 0;

	if (text->length == 0 || setup_json_object(text, 0, &whole, &err) == -1)
		return;
	while (setup_json_next(text, &whole, &member)) {
		if (!is_shown(text, &member))
			continue;
		mask_range(out, text, at, member.value);
		buffer_add(out, text->bytes + member.value,
		    member.value_end - member.value);
		at = member.value_end;
	}
	mask_range(out, text, at, text->length);
}

/* Up to `]`, without what a URL has before its `@`. */
static void
mask_header(struct buffer *out, const char *line, size_t length)
{
	const char *close = memchr(line, ']', length);
	size_t end = close != NULL ? (size_t)(close - line) + 1 : 0;
	const char *scheme = memmem(line, end, "://", 3);
	const char *at = memrchr(line, '@', end);

	if (scheme != NULL && at != NULL && at > scheme) {
		buffer_add(out, line, (size_t)(scheme - line) + 3);
		buffer_add_string(out, "***");
		buffer_add(out, at, (size_t)(line + end - at));
	} else {
		buffer_add(out, line, end);
	}
	if (end < length)
		buffer_add_string(out, end == 0 ? "***" : " ***");
}

/* How long the key and its `=` are; 0: it has none, or is no key's. */
static size_t
key_length(const char *line, size_t length)
{
	size_t at = 0;

	while (at < length && is_blank(line[at]))
		at++;
	while (at < length && at < 64 &&
	       strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789_-",
		   line[at]) != NULL)
		at++;
	while (at < length && (line[at] == ' ' || line[at] == '\t'))
		at++;
	return at < length && line[at] == '=' ? at + 1 : 0;
}

static void
mask_line(struct buffer *out, const char *line, size_t length, bool goes_on)
{
	size_t blank = 0, key;

	while (blank < length && is_blank(line[blank]))
		blank++;
	if (blank == length) {
		buffer_add(out, line, length);
		return;
	}
	if (line[blank] == '[' && !goes_on) {
		buffer_add(out, line, blank);
		mask_header(out, line + blank, length - blank);
		return;
	}
	key = goes_on || line[blank] == '#' || line[blank] == ';'
		  ? 0
		  : key_length(line, length);
	buffer_add(out, line, key > 0 ? key : blank);
	buffer_add_string(out, key > 0 ? " ***" : "***");
}

/* Does the line go on with the value before it, or may it? */
static bool
goes_on(const struct setup_text *text, size_t at, enum setup_mask_kind kind,
    struct setup_ini_line *line)
{
	size_t end = at;

	if (kind == MASK_INI) /* what is no such line is not looked into */
		return setup_ini_next(text, line, NULL) != 1 ||
		       line->name[0] == '\0';
	if (end > 0)
		end--;
	if (end > 0 && text->bytes[end - 1] == '\r')
		end--;
	return end > 0 && text->bytes[end - 1] == '\\';
}

void
setup_mask_lines(struct buffer *out, const struct setup_text *text,
    enum setup_mask_kind kind,
    bool (*ours)(const void *context, const char *line, size_t length),
    const void *context)
{
	struct setup_ini_line line = {.kind = INI_BLANK};
	size_t end, length;

	for (size_t at = 0; at < text->length; at = end) {
		const char *begin = text->bytes + at;
		bool more = goes_on(text, at, kind, &line);

		end = setup_text_line_end(text, at);
		length = end - at;
		while (length > 0 && strchr("\r\n", begin[length - 1]) != NULL)
			length--;
		if (ours(context, begin, length))
			buffer_add(out, begin, length);
		else
			mask_line(out, begin, length, more);
		buffer_add(out, begin + length, end - at - length);
	}
}
