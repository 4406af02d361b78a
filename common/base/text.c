/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/text.h"

int
text_copy(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);

	if (length >= size) {
		if (size > 0)
			to[0] = '\0';
		return -1;
	}
	memcpy(to, from, length + 1);
	return 0;
}

/* Characters that turn the direction of what stands around them, or begin a
 * line: with these a text shows as another one (UAX 9). */
static bool
is_turning(const unsigned char *s)
{
	if (s[0] == 0xd8)
		return s[1] == 0x9c; /* U+061C */
	if (s[0] != 0xe2)
		return false;
	if (s[1] == 0x80) /* U+200E, 200F, 2028 to 202E */
		return s[2] == 0x8e || s[2] == 0x8f ||
		       (s[2] >= 0xa8 && s[2] <= 0xae);
	return s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9;
}

/* The length of a well-formed UTF-8 sequence (RFC 3629) that a person can be
 * shown: no overlong form, no surrogate, no C1 control, nothing that turns the
 * direction; 0 for anything else. */
static size_t
utf8_length(const unsigned char *s, size_t left)
{
	size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	unsigned low = 0x80, high = 0xbf;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if (s[0] < 0xc2 || s[0] > 0xf4 || length > left)
		return 0;
	if (s[0] == 0xc2 || s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return is_turning(s) ? 0 : length;
}

/* Ends what did not fit in "...", without cutting a character in two. */
static size_t
mark_cut(char *to, size_t size, size_t used)
{
	if (size < 4)
		return used;
	if (used > size - 4)
		used = size - 4;
	while (used > 0 && (to[used] & 0xc0) == 0x80)
		used--;
	memcpy(to + used, "...", 3);
	return used + 3;
}

char *
text_printable(char *to, size_t size, const char *from, size_t length)
{
	const unsigned char *s = (const unsigned char *)from;
	size_t used = 0, n;

	if (size == 0)
		return to;
	for (size_t i = 0; i < length; i += n) {
		bool good = (n = utf8_length(s + i, length - i)) > 0;

		if (!good)
			n = 1;
		if (used + n >= size) {
			to[used] = '\0';
			used = mark_cut(to, size, used);
			break;
		}
		memcpy(to + used, good ? from + i : "?", n);
		used += n;
	}
	to[used] = '\0';
	return to;
}

int64_t
text_number(const char *text, int64_t max)
{
	int64_t number = 0;

	if (*text == '\0')
		return -1;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (*text - '0' > max || number > (max - (*text - '0')) / 10)
			return -1;
		number = number * 10 + (*text - '0');
	}
	return *text == '\0' ? number : -1;
}

int64_t
text_bytes(const char *text)
{
	static const char units[] = "kMG";
	size_t length = strlen(text);
	const char *unit = length == 0 ? NULL : strchr(units, text[length - 1]);
	char digits[24];
	int64_t number;

	if (unit == NULL || *unit == '\0')
		return text_number(text, INT64_MAX);
	if (length > sizeof(digits))
		return -1;
	memcpy(digits, text, length - 1);
	digits[length - 1] = '\0';
	number = text_number(digits, INT64_MAX >> 30);
	return number == -1 ? -1 : number << (10 * (unit - units + 1));
}

static bool
one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

int
text_boolean(const char *text)
{
	static const char *const yes[] = {"yes", "true", "on", "1", NULL};
	static const char *const no[] = {
	    "no", "false", "off", "0", "", NULL};

	if (one_of(text, yes))
		return 1;
	return one_of(text, no) ? 0 : -1;
}

bool
text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
text_ends(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length >= tail && strcmp(text + length - tail, suffix) == 0;
}
