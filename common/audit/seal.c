/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "audit/seal.h"

#define HEX (DIGEST_HEX - 1)
#define SEQUENCE ",\"sequence\":\""
#define BEFORE "\",\"prevhash\":\""
#define HASH ",\"hash\":\""
#define END "\"}"
#define LENGTH(text) (sizeof(text) - 1)

#define MORE_MAX 100 /* of a member that is added */
#define SEQUENCE_MAX 9999999999999999LL

/* The hash and all behind it; all that is sealed on. */
#define HASH_PART (LENGTH(HASH) + HEX + LENGTH(END))
#define SEAL_PART                                                              \
	(LENGTH(SEQUENCE) + SEAL_DIGITS + LENGTH(BEFORE) + HEX + 1 + HASH_PART)

void
head_start(struct head *head)
{
	head->sequence = 0;
	memset(head->hash, '0', HEX);
	head->hash[HEX] = '\0';
}

bool
head_equal(const struct head *a, const struct head *b)
{
	return a->sequence == b->sequence && strcmp(a->hash, b->hash) == 0;
}

static void
hash_of(const char *bytes, size_t length, char hash[DIGEST_HEX])
{
	unsigned char digest[DIGEST_SIZE];

	digest_sha256(bytes, length, digest);
	digest_hex(digest, hash);
}

bool
seal_takes(const char *record)
{
	size_t length = strlen(record);

	return length >= 2 && record[0] == '{' && record[length - 1] == '}' &&
	       strchr(record, '\n') == NULL &&
	       length + MORE_MAX + SEAL_PART < SEAL_LINE_MAX - 1;
}

static void
write_line(const struct head *head, const char *record, const char *more,
    struct buffer *out, char hash[DIGEST_HEX])
{
	size_t start = out->length;

	buffer_add(out, record, strlen(record) - 1);
	if (more != NULL)
		buffer_printf(out, ",%s", more);
	buffer_printf(out, SEQUENCE "%0*lld" BEFORE "%s\"", SEAL_DIGITS,
	    (long long)head->sequence + 1, head->hash);
	if (buffer_failed(out))
		return;
	hash_of(buffer_text(out) + start, out->length - start, hash);
	buffer_printf(out, HASH "%s" END "\n", hash);
}

int
seal(struct head *head, const char *record, const char *more,
    struct buffer *out)
{
	size_t start = out->length;
	char hash[DIGEST_HEX];

	if (head->sequence >= SEQUENCE_MAX || !seal_takes(record) ||
	    (more != NULL && strlen(more) > MORE_MAX))
		return -1;
	write_line(head, record, more, out, hash);
	if (buffer_failed(out)) {
		/* half a line must not get into a file */
		out->length = start;
		if (out->bytes != NULL)
			out->bytes[start] = '\0';
		return -1;
	}
	head->sequence++;
	memcpy(head->hash, hash, DIGEST_HEX);
	return 0;
}

static int
read_hex(const char **at, char hex[DIGEST_HEX])
{
	if (strspn(*at, "0123456789abcdef") < HEX)
		return -1;
	memcpy(hex, *at, HEX);
	hex[HEX] = '\0';
	*at += HEX;
	return 0;
}

static int
skip(const char **at, const char *text)
{
	if (strncmp(*at, text, strlen(text)) != 0)
		return -1;
	*at += strlen(text);
	return 0;
}

int
seal_read(const char *line, size_t length, struct head *is,
    char before[DIGEST_HEX])
{
	char part[SEAL_PART + 1];
	const char *at = part;

	if (length <= SEAL_PART || length >= SEAL_LINE_MAX || line[0] != '{' ||
	    memchr(line, '\0', length) != NULL)
		return -1;
	memcpy(part, line + length - SEAL_PART, SEAL_PART);
	part[SEAL_PART] = '\0';
	if (skip(&at, SEQUENCE) == -1 ||
	    strspn(at, "0123456789") != SEAL_DIGITS)
		return -1;
	is->sequence = 0;
	for (int i = 0; i < SEAL_DIGITS; i++)
		is->sequence = is->sequence * 10 + (*at++ - '0');
	if (skip(&at, BEFORE) == -1 || read_hex(&at, before) == -1 ||
	    skip(&at, "\"" HASH) == -1 || read_hex(&at, is->hash) == -1)
		return -1;
	return strcmp(at, END) == 0 ? 0 : -1;
}

size_t
seal_inside(size_t length)
{
	return length - SEAL_PART;
}

bool
seal_holds(const char *line, size_t length)
{
	char hash[DIGEST_HEX];

	hash_of(line, length - HASH_PART, hash);
	return strncmp(hash, line + length - LENGTH(END) - HEX, HEX) == 0;
}

const char *
seal_follow(
    struct head *head, const char *line, size_t length, bool any)
{
	char before[DIGEST_HEX];
	struct head is;

	if (seal_read(line, length, &is, before) == -1)
		return "it is no record";
	if (!seal_holds(line, length))
		return "it was changed: its hash is not that of its bytes";
	if (!any && is.sequence > head->sequence + 1)
		return "records before it are missing";
	if (!any && is.sequence <= head->sequence)
		return "it stands behind one that came after it";
	if (!any && strcmp(before, head->hash) != 0)
		return "the record before it was replaced";
	*head = is;
	return NULL;
}
