/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "exchange/credential.h"

/*
 * A credential as it crosses a pipe. What is read comes from a child that had
 * a stranger's bytes in its hands, so nothing is guessed: an unknown key, one
 * that comes twice, or a byte behind the empty line spoils the whole block.
 */
enum type { TYPE_KIND, TYPE_NUMBER, TYPE_FLAG, TYPE_TEXT, TYPE_SECRET };

static const struct field {
	const char *key;
	enum type type;
	size_t offset;
} fields[] = {
    {"kind", TYPE_KIND, offsetof(struct credential, kind)},
    {"expires", TYPE_NUMBER, offsetof(struct credential, expires)},
    {"issued", TYPE_NUMBER, offsetof(struct credential, issued)},
    {"revocable", TYPE_FLAG, offsetof(struct credential, revocable)},
    {"name", TYPE_TEXT, offsetof(struct credential, name)},
    {"secret", TYPE_SECRET, offsetof(struct credential, secret)},
    {"session", TYPE_SECRET, offsetof(struct credential, session)},
    {"handle", TYPE_SECRET, offsetof(struct credential, handle)},
    {"issuer", TYPE_TEXT, offsetof(struct credential, issuer)},
    {"subject", TYPE_TEXT, offsetof(struct credential, subject)},
    {"audience", TYPE_TEXT, offsetof(struct credential, audience)},
    {"claims", TYPE_TEXT, offsetof(struct credential, claims)},
    {"label", TYPE_TEXT, offsetof(struct credential, label)},
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Has it what its kind asks for? */
static bool
is_whole(const struct credential *credential)
{
	bool named = (credential->kind & (KIND_BASIC | KIND_AWS)) == 0 ||
		     credential->name != NULL;

	return kind_name(credential->kind) != NULL && named &&
	       credential->expires >= 0 && credential->issued >= 0 &&
	       credential->secret != NULL &&
	       secret_length(credential->secret) > 0;
}

static int
write_line(struct secret *to, const char *key, const char *value, size_t length)
{
	if (memchr(value, '\n', length) != NULL ||
	    memchr(value, '\0', length) != NULL)
		return -1;
	if (secret_add_string(to, key) == -1 || secret_add(to, "=", 1) == -1 ||
	    secret_add(to, value, length) == -1)
		return -1;
	return secret_add(to, "\n", 1);
}

static int
write_text(struct secret *to, const char *key, const char *value)
{
	return value == NULL ? 0 : write_line(to, key, value, strlen(value));
}

static int
write_number(struct secret *to, const char *key, int64_t number)
{
	char digits[24];

	if (number == 0)
		return 0;
	snprintf(digits, sizeof(digits), "%" PRId64, number);
	return write_text(to, key, digits);
}

static int
write_secret(struct secret *to, const char *key, const struct secret *secret)
{
	if (secret == NULL)
		return 0;
	return write_line(to, key, secret_bytes(secret), secret_length(secret));
}

static int
write_field(struct secret *to, const struct field *field,
    const struct credential *credential)
{
	const void *at = (const char *)credential + field->offset;

	switch (field->type) {
	case TYPE_KIND:
		return write_text(
		    to, field->key, kind_name(*(const unsigned *)at));
	case TYPE_NUMBER:
		return write_number(to, field->key, *(const int64_t *)at);
	case TYPE_FLAG:
		return write_number(to, field->key, *(const bool *)at);
	case TYPE_TEXT:
		return write_text(to, field->key, *(char *const *)at);
	case TYPE_SECRET:
		return write_secret(
		    to, field->key, *(struct secret *const *)at);
	}
	return -1;
}

int
credential_write(const struct credential *from, struct secret *to)
{
	size_t before = secret_length(to);
	bool good = is_whole(from);

	for (size_t i = 0; good && i < FIELDS; i++)
		good = write_field(to, &fields[i], from) == 0;
	if (good && secret_add(to, "\n", 1) == 0 &&
	    secret_length(to) - before <= CREDENTIAL_MAX)
		return 0;
	secret_truncate(to, before);
	return -1;
}

/* A short value as a string of its own; -1 when it is not short. */
static int
read_word(char word[24], const char *value, size_t length)
{
	if (length >= 24)
		return -1;
	memcpy(word, value, length);
	word[length] = '\0';
	return 0;
}

static int
read_number(int64_t *number, const char *value, size_t length)
{
	char word[24];

	if (read_word(word, value, length) == -1)
		return -1;
	*number = text_number(word, INT64_MAX);
	return *number == -1 ? -1 : 0;
}

static int
read_kind(unsigned *kind, const char *value, size_t length)
{
	char word[24];

	if (read_word(word, value, length) == -1)
		return -1;
	*kind = kind_named(word);
	return *kind == 0 ? -1 : 0;
}

static int
read_field(struct credential *credential, const struct field *field,
    const char *value, size_t length)
{
	void *at = (char *)credential + field->offset;

	switch (field->type) {
	case TYPE_KIND:
		return read_kind(at, value, length);
	case TYPE_NUMBER:
		return read_number(at, value, length);
	case TYPE_FLAG:
		*(bool *)at = true;
		return length == 1 && *value == '1' ? 0 : -1;
	case TYPE_TEXT:
		*(char **)at = strndup(value, length);
		return *(char **)at == NULL ? -1 : 0;
	case TYPE_SECRET:
		*(struct secret **)at = secret_copy(value, length);
		return *(struct secret **)at == NULL ? -1 : 0;
	}
	return -1;
}

static int
read_line(struct credential *credential, const char *line, size_t length,
    unsigned *seen)
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t key = strlen(fields[i].key);

		if (length <= key || line[key] != '=' ||
		    memcmp(line, fields[i].key, key) != 0)
			continue;
		if ((*seen & 1u << i) != 0)
			return -1;
		*seen |= 1u << i;
		return read_field(
		    credential, &fields[i], line + key + 1, length - key - 1);
	}
	return -1;
}

struct credential *
credential_read(const char *bytes, size_t length)
{
	scoped(credential) struct credential *credential = credential_new(0);
	const char *end = bytes + length, *newline;
	unsigned seen = 0;

	if (credential == NULL || length > CREDENTIAL_MAX ||
	    memchr(bytes, '\0', length) != NULL)
		return NULL;
	for (; bytes < end && *bytes != '\n'; bytes = newline + 1) {
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
		if (newline == NULL ||
		    read_line(credential, bytes, (size_t)(newline - bytes),
			&seen) == -1)
			return NULL;
	}
	if (end - bytes != 1 || !is_whole(credential))
		return NULL;
	return take(&credential);
}

size_t
credential_block(const char *bytes, size_t length)
{
	for (size_t i = 1; i < length; i++)
		if (bytes[i - 1] == '\n' && bytes[i] == '\n')
			return i + 1;
	return 0;
}
