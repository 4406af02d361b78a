/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/base64.h"

/* The two alphabets differ in their last two characters. Comparisons in
 * place of a table: what is decoded may be secret, and a table's cache lines
 * tell which of its entries were read. */
static int
sextet(char c, const char last[2])
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == last[0])
		return 62;
	return c == last[1] ? 63 : -1;
}

/* Decodes into `to`, which has room for all; gives the number of bytes, and
 * in *wrong whether the text was none. */
static size_t
decode(
    char *to, const char *text, size_t length, const char last[2], bool *wrong)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t wrote = 0;

	for (size_t i = 0; i < length; i++) {
		int value = sextet(text[i], last);

		if (value == -1) {
			*wrong = true;
			return wrote;
		}
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			to[wrote++] = (char)(bits >> held & 0xff);
		}
	}
	/* One encoding for each value: what is left over must be zero. */
	*wrong = length % 4 == 1 || (bits & ((1U << held) - 1)) != 0;
	return wrote;
}

static int
append(struct secret *out, const char *text, size_t length, const char last[2])
{
	size_t size = length / 4 * 3 + length % 4 * 3 / 4, wrote;
	bool wrong = false;

	if (size > secret_room(out))
		return -1;
	wrote = decode(secret_tail(out), text, length, last, &wrong);
	secret_wrote(out, wrote);
	if (!wrong)
		return 0;
	secret_truncate(out, secret_length(out) - wrote);
	return -1;
}

int
base64_decode(struct secret *out, const char *text, size_t length)
{
	if (length % 4 != 0)
		return -1;
	for (int i = 0; i < 2 && length > 0 && text[length - 1] == '='; i++)
		length--;
	return append(out, text, length, "+/");
}

int
base64url_decode(struct secret *out, const char *text, size_t length)
{
	return append(out, text, length, "-_");
}

/* By comparisons too. */
static char
letter(unsigned value, const char last[2])
{
	if (value < 26)
		return (char)('A' + value);
	if (value < 52)
		return (char)('a' + value - 26);
	if (value < 62)
		return (char)('0' + value - 52);
	return last[value - 62];
}

int
base64_encode(struct secret *out, const char *bytes, size_t length)
{
	char four[4];

	if (secret_room(out) / 4 < length / 3 + (length % 3 > 0))
		return -1;
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t bits = (uint32_t)(unsigned char)bytes[i] << 16;

		if (left > 1)
			bits |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
		if (left > 2)
			bits |= (unsigned char)bytes[i + 2];
		for (int j = 0; j < 4; j++)
			four[j] = letter(bits >> (18 - 6 * j) & 63, "+/");
		if (left < 3)
			four[3] = '=';
		if (left < 2)
			four[2] = '=';
		secret_add(out, four, sizeof(four));
	}
	explicit_bzero(four, sizeof(four));
	return 0;
}

int
base64url_encode(struct secret *out, const void *bytes, size_t length)
{
	const unsigned char *from = bytes;
	uint32_t bits = 0;
	unsigned held = 0;
	char one;

	if (secret_room(out) < (length * 8 + 5) / 6)
		return -1;
	for (size_t i = 0; i < length; i++) {
		bits = bits << 8 | from[i];
		for (held += 8; held >= 6; held -= 6) {
			one = letter(bits >> (held - 6) & 63, "-_");
			secret_add(out, &one, 1);
		}
	}
	if (held > 0) {
		one = letter(bits << (6 - held) & 63, "-_");
		secret_add(out, &one, 1);
	}
	return 0;
}
