/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "helpers/callout/nkey.h"

#define SUM 2
#define PUBLIC_BYTES (1 + NKEY_RAW + SUM)
#define SEED_BYTES (2 + NKEY_RAW + SUM)
#define SEED_PREFIX 18 /* S */

static uint16_t
crc16(const unsigned char *bytes, size_t length)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < length; i++) {
		crc ^= (uint16_t)(bytes[i] << 8);
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc << 1 ^
					 ((crc & 0x8000) != 0 ? 0x1021 : 0));
	}
	return crc;
}

static void
add_sum(unsigned char *bytes, size_t length)
{
	uint16_t crc = crc16(bytes, length);

	bytes[length] = (unsigned char)(crc & 0xff);
	bytes[length + 1] = (unsigned char)(crc >> 8);
}

static bool
has_sum(const unsigned char *bytes, size_t length)
{
	uint16_t crc = crc16(bytes, length);

	return bytes[length] == (crc & 0xff) && bytes[length + 1] == crc >> 8;
}

/* By comparisons, not by a table: what is read may be a seed. */
static int
quintet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* Just `count` bytes, and nothing left over. */
static int
base32_read(const char *text, size_t length, unsigned char *bytes, size_t count)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t wrote = 0;

	if (length != (count * 8 + 4) / 5)
		return -1;
	for (size_t i = 0; i < length; i++) {
		int value = quintet(text[i]);

		if (value == -1)
			return -1;
		bits = bits << 5 | (uint32_t)value;
		held += 5;
		if (held >= 8 && wrote < count) {
			held -= 8;
			bytes[wrote++] = (unsigned char)(bits >> held & 0xff);
		}
	}
	return (bits & ((1U << held) - 1)) == 0 ? 0 : -1;
}

static size_t
base32_write(const unsigned char *bytes, size_t count, char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	unsigned held = 0;
	size_t wrote = 0;

	for (size_t i = 0; i < count; i++) {
		bits = bits << 8 | bytes[i];
		held += 8;
		while (held >= 5) {
			held -= 5;
			text[wrote++] = letters[bits >> held & 31];
		}
	}
	if (held > 0)
		text[wrote++] = letters[bits << (5 - held) & 31];
	return wrote;
}

int
nkey_public_read(
    const char *text, enum nkey_type type, unsigned char raw[NKEY_RAW])
{
	unsigned char bytes[PUBLIC_BYTES];

	if (base32_read(text, strlen(text), bytes, sizeof(bytes)) == -1 ||
	    bytes[0] != (unsigned char)type << 3 ||
	    !has_sum(bytes, 1 + NKEY_RAW))
		return -1;
	memcpy(raw, bytes + 1, NKEY_RAW);
	return 0;
}

const char *
nkey_public_write(enum nkey_type type, const unsigned char raw[NKEY_RAW],
    char text[NKEY_PUBLIC])
{
	unsigned char bytes[PUBLIC_BYTES];

	bytes[0] = (unsigned char)(type << 3);
	memcpy(bytes + 1, raw, NKEY_RAW);
	add_sum(bytes, 1 + NKEY_RAW);
	text[base32_write(bytes, sizeof(bytes), text)] = '\0';
	return text;
}

/* Five bits say that it is a seed, the next five of what. */
static void
seed_prefix(enum nkey_type type, unsigned char bytes[2])
{
	bytes[0] = (unsigned char)(SEED_PREFIX << 3 | type >> 2);
	bytes[1] = (unsigned char)((type & 3) << 6);
}

int
nkey_seed_read(
    const char *text, size_t length, enum nkey_type type, struct secret *raw)
{
	unsigned char bytes[SEED_BYTES], prefix[2];
	int result = -1;

	seed_prefix(type, prefix);
	if (base32_read(text, length, bytes, sizeof(bytes)) == 0 &&
	    memcmp(bytes, prefix, 2) == 0 && has_sum(bytes, 2 + NKEY_RAW))
		result = secret_add(raw, bytes + 2, NKEY_RAW);
	explicit_bzero(bytes, sizeof(bytes));
	return result;
}

int
nkey_seed_write(
    enum nkey_type type, const struct secret *raw, struct secret *text)
{
	unsigned char bytes[SEED_BYTES];
	char written[NKEY_SEED];
	int result;

	seed_prefix(type, bytes);
	memcpy(bytes + 2, secret_bytes(raw), NKEY_RAW);
	add_sum(bytes, 2 + NKEY_RAW);
	result = secret_add(
	    text, written, base32_write(bytes, sizeof(bytes), written));
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(written, sizeof(written));
	return result;
}
