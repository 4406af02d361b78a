/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "config/scan.h"

#define WORD_MAX 128
#define NAME_MAX_BYTES 4096
#define VALUE_MAX_BYTES (64 * 1024)

struct scan {
	const char *at;
	const char *end;
	unsigned line;	/* of the next byte */
	unsigned start; /* of what is being read */
	bool ended;
	bool dots; /* [name.subsection] may be */
	bool has_subsection;
	bool bare;	 /* a header was read, and no key since */
	unsigned header; /* its line */
	struct buffer section;
	struct buffer subsection;
	struct buffer key;
	struct buffer value;
};

struct scan *
scan_new(const char *bytes, size_t length)
{
	struct scan *scan = calloc(1, sizeof(*scan));

	if (scan == NULL)
		return NULL;
	scan->at = bytes;
	scan->end = bytes + length;
	scan->line = 1;
	scan->start = 1;
	scan->section = BUFFER(WORD_MAX);
	scan->subsection = BUFFER(NAME_MAX_BYTES);
	scan->key = BUFFER(WORD_MAX);
	scan->value = BUFFER(VALUE_MAX_BYTES);
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		scan->at += 3;
	return scan;
}

void
scan_free(struct scan *scan)
{
	if (scan == NULL)
		return;
	buffer_free(&scan->section);
	buffer_free(&scan->subsection);
	buffer_free(&scan->key);
	buffer_free(&scan->value);
	free(scan);
}

unsigned
scan_line(const struct scan *scan)
{
	return scan->start;
}

void
scan_allow_dots(struct scan *scan)
{
	scan->dots = true;
}

static int
refuse(struct error *err, const char *text)
{
	return error_set(err, FAULT_CONFIG, "%s", text);
}

/* The end of the file ends the line too, as it does for git. */
static int
next_byte(struct scan *scan)
{
	int byte;

	if (scan->at == scan->end) {
		scan->ended = true;
		return '\n';
	}
	byte = (unsigned char)*scan->at++;
	if (byte == '\r' && scan->at < scan->end && *scan->at == '\n')
		byte = (unsigned char)*scan->at++;
	if (byte == '\n')
		scan->line++;
	return byte;
}

static bool
is_blank(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' ||
	       byte == '\f';
}

static bool
is_letter(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool
is_word(int byte)
{
	return is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '-';
}

static void
add(struct buffer *buffer, int byte)
{
	char c = (char)byte;

	buffer_add(buffer, &c, 1);
}

static void
add_lower(struct buffer *buffer, int byte)
{
	add(buffer, is_letter(byte) ? byte | 32 : byte);
}

/* Starts a buffer over: also one that had failed. */
static void
clear(struct buffer *buffer)
{
	size_t limit = buffer->limit;

	buffer_free(buffer);
	*buffer = BUFFER(limit);
}

/* From behind the name on: blanks, the name in quotes, `]`. */
static int
read_subsection(struct scan *scan, struct error *err)
{
	int byte;

	do
		byte = next_byte(scan);
	while (is_blank(byte));
	if (byte != '"')
		return refuse(err, "a subsection's name stands in quotes");
	while ((byte = next_byte(scan)) != '"') {
		if (byte == '\\')
			byte = next_byte(scan);
		if (byte == '\n')
			return refuse(err,
			    "the quote of the section's name is not closed");
		add(&scan->subsection, byte);
	}
	if (next_byte(scan) != ']')
		return refuse(err, "the section's header has no `]`");
	if (buffer_failed(&scan->subsection))
		return refuse(err, "the section's name is too long");
	scan->has_subsection = true;
	return 0;
}

/* From behind the dot on: in small letters, as git has it. */
static int
read_dotted(struct scan *scan, struct error *err)
{
	int byte;

	if (!scan->dots)
		return refuse(err,
		    "a section's name has no dot: write [name \"subsection\"]");
	while (is_word(byte = next_byte(scan)) || byte == '.')
		add_lower(&scan->subsection, byte);
	if (byte != ']' || buffer_failed(&scan->subsection))
		return refuse(err, "the section's header has no `]`");
	scan->has_subsection = true;
	return 0;
}

/* From behind `[` on. */
static int
read_section(struct scan *scan, struct error *err)
{
	int byte;

	clear(&scan->section);
	clear(&scan->subsection);
	scan->has_subsection = false;
	scan->bare = true;
	scan->header = scan->start;
	while (is_word(byte = next_byte(scan)))
		add_lower(&scan->section, byte);
	if (byte == '.')
		return read_dotted(scan, err);
	if (scan->section.length == 0 || buffer_failed(&scan->section))
		return refuse(err, "the section's header has no name");
	if (is_blank(byte))
		return read_subsection(scan, err);
	if (byte != ']')
		return refuse(err, "the section's header has no `]`");
	return 0;
}

/* What stands behind a backslash; -1 for what git does not know. */
static int
unescape(int byte)
{
	switch (byte) {
	case 't':
		return '\t';
	case 'b':
		return '\b';
	case 'n':
		return '\n';
	case '\\':
	case '"':
		return byte;
	default:
		return -1;
	}
}

/* One byte of a value that is neither blank nor comment. */
static int
add_byte(struct scan *scan, int byte, bool *quoted, struct error *err)
{
	if (byte == '"') {
		*quoted = !*quoted;
		return 0;
	}
	if (byte == '\\') {
		if ((byte = next_byte(scan)) == '\n')
			return 0; /* the next line goes on */
		if ((byte = unescape(byte)) == -1)
			return refuse(
			    err, "a backslash before what needs none");
	}
	add(&scan->value, byte);
	return 0;
}

/*
 * A value: parts in quotes, escapes, a line that goes on behind a backslash,
 * a comment outside of quotes, no blanks at either end.
 */
static int
read_value(struct scan *scan, struct error *err)
{
	struct buffer *value = &scan->value;
	bool quoted = false, comment = false;
	size_t trimmed = 0;
	int byte;

	while ((byte = next_byte(scan)) != '\n') {
		comment |= !quoted && (byte == ';' || byte == '#');
		if (comment)
			continue;
		if (quoted || !is_blank(byte)) {
			if (add_byte(scan, byte, &quoted, err) == -1)
				return -1;
			trimmed = value->length;
		} else if (value->length > 0) {
			add(value, byte);
		}
	}
	if (quoted)
		return refuse(err, "a quote that is not closed");
	if (buffer_failed(value))
		return refuse(err, "a value of more than 64 KiB");
	if (value->length > trimmed)
		value->bytes[value->length = trimmed] = '\0';
	return 0;
}

/* git knows nothing of a section without a key: whoever wrote one does. */
static int
tell_bare(struct scan *scan, struct scan_entry *entry)
{
	scan->bare = false;
	*entry = (struct scan_entry){.line = scan->header,
	    .section = buffer_text(&scan->section),
	    .subsection =
		scan->has_subsection ? buffer_text(&scan->subsection) : NULL};
	return 1;
}

/* From the key's first letter on. */
static int
read_entry(
    struct scan *scan, int byte, struct scan_entry *entry, struct error *err)
{
	scan->bare = false;
	clear(&scan->key);
	clear(&scan->value);
	for (; is_word(byte); byte = next_byte(scan))
		add_lower(&scan->key, byte);
	while (byte == ' ' || byte == '\t')
		byte = next_byte(scan);
	if (byte != '\n' && byte != '=')
		return refuse(err, "a key that is not followed by `=`");
	if (byte == '=' && read_value(scan, err) == -1)
		return -1;
	if (buffer_failed(&scan->key))
		return refuse(err, "a key that is too long");
	*entry = (struct scan_entry){.line = scan->start,
	    .section = buffer_text(&scan->section),
	    .subsection =
		scan->has_subsection ? buffer_text(&scan->subsection) : NULL,
	    .key = buffer_text(&scan->key),
	    .value = byte == '=' ? buffer_text(&scan->value) : NULL};
	return 1;
}

/* Up to what is neither blank nor comment: that byte, 0 at the end. */
static int
first_byte(struct scan *scan)
{
	bool comment = false;
	int byte;

	for (;;) {
		scan->start = scan->line;
		byte = next_byte(scan);
		if (scan->ended)
			return 0;
		if (byte == '\n')
			comment = false;
		else if (byte == ';' || byte == '#')
			comment = true;
		else if (!comment && !is_blank(byte))
			return byte;
	}
}

static int
next_entry(struct scan *scan, struct scan_entry *entry, struct error *err)
{
	int byte;

	while ((byte = first_byte(scan)) == '[') {
		if (scan->bare) {
			scan->at--;
			return tell_bare(scan, entry);
		}
		if (read_section(scan, err) == -1)
			return -1;
	}
	if (scan->ended)
		return scan->bare ? tell_bare(scan, entry) : 0;
	if (!is_letter(byte))
		return refuse(err, "a key begins with a letter");
	if (scan->section.length == 0)
		return refuse(err, "a key before any section");
	return read_entry(scan, byte, entry, err);
}

/* Not full, and yet nothing more went in. */
static bool
is_starved(const struct buffer *buffer)
{
	return buffer_failed(buffer) && buffer->length < buffer->limit;
}

int
scan_next(struct scan *scan, struct scan_entry *entry, struct error *err)
{
	int got = next_entry(scan, entry, err);

	/* Then it is no mistake in the file, whatever it looked like. */
	if (got == -1 &&
	    (is_starved(&scan->section) || is_starved(&scan->subsection) ||
		is_starved(&scan->key) || is_starved(&scan->value)))
		return error_set(err, FAULT_SYSTEM, "no memory");
	return got;
}
