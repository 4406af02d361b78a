/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "helpers/object.h"

/* Where we are in the bytes, which end in a NUL. */
struct cursor {
	char *at;
};

/* Skips white space; is the next byte `wanted`? Then it is behind us. */
static bool
follows(struct cursor *cursor, char wanted)
{
	cursor->at += strspn(cursor->at, " \t\r\n");
	if (*cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

static int
hex4(const char *digits)
{
	int number = 0;

	for (int i = 0; i < 4; i++) {
		static const char hex[] = "0123456789abcdef";
		const char *digit =
		    digits[i] == '\0' ? NULL : strchr(hex, digits[i] | 0x20);

		if (digit == NULL)
			return -1;
		number = number * 16 + (int)(digit - hex);
	}
	return number;
}

/* The code point behind `\u`, of two halves where it is a surrogate; 0 for
 * what is none. */
static uint32_t
code_point(struct cursor *cursor)
{
	int high = hex4(cursor->at), low;

	if (high < 0)
		return 0;
	cursor->at += 4;
	if (high < 0xd800 || high > 0xdfff)
		return (uint32_t)high;
	if (high > 0xdbff || cursor->at[0] != '\\' || cursor->at[1] != 'u')
		return 0;
	low = hex4(cursor->at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	cursor->at += 6;
	return 0x10000 + (((uint32_t)high - 0xd800) << 10) +
	       ((uint32_t)low - 0xdc00);
}

/* As UTF-8: never longer than the escape that it stood in. */
static char *
put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*to++ = (char)(0xe0 | c >> 12);
		} else {
			*to++ = (char)(0xf0 | c >> 18);
			*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}

/* What stands behind a backslash; NULL for what may not. */
static char *
put_escape(struct cursor *cursor, char *to)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	char name = *cursor->at++;
	const char *found = name == '\0' ? NULL : strchr(names, name);
	uint32_t c;

	if (found != NULL) {
		*to++ = bytes[found - names];
		return to;
	}
	if (name != 'u' || (c = code_point(cursor)) == 0)
		return NULL;
	return put_utf8(to, c);
}

/* A string, decoded over itself. */
static const char *
read_string(struct cursor *cursor)
{
	char *string, *to;

	if (!follows(cursor, '"'))
		return NULL;
	for (string = to = cursor->at; *cursor->at != '"';) {
		if ((unsigned char)*cursor->at < 0x20)
			return NULL;
		if (*cursor->at == '\\') {
			cursor->at++;
			if ((to = put_escape(cursor, to)) == NULL)
				return NULL;
		} else {
			*to++ = *cursor->at++;
		}
	}
	cursor->at++;
	*to = '\0';
	return string;
}

static bool
read_member(struct cursor *cursor, struct object *object)
{
	struct member *member = &object->members[object->count];

	if (object->count == OBJECT_MEMBERS ||
	    (member->name = read_string(cursor)) == NULL ||
	    !follows(cursor, ':') ||
	    (member->value = read_string(cursor)) == NULL)
		return false;
	object->count++;
	return true;
}

static bool
read_object(struct cursor *cursor, struct object *object)
{
	if (!follows(cursor, '{'))
		return false;
	if (follows(cursor, '}'))
		return true;
	do
		if (!read_member(cursor, object))
			return false;
	while (follows(cursor, ','));
	return follows(cursor, '}');
}

int
object_read(
    struct object *object, char *bytes, size_t length, struct error *err)
{
	struct cursor cursor = {bytes};

	object->count = 0;
	bytes[length] = '\0';
	if (!read_object(&cursor, object) || !follows(&cursor, '\0') ||
	    cursor.at != bytes + length + 1)
		return error_set(
		    err, FAULT_USAGE, "docker's JSON is no object of strings");
	return 0;
}

const char *
object_get(const struct object *object, const char *name)
{
	for (unsigned i = object->count; i-- > 0;)
		if (strcasecmp(object->members[i].name, name) == 0)
			return object->members[i].value;
	return NULL;
}
