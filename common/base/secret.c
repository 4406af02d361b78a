/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"

struct secret {
	char *bytes;
	size_t length;
	size_t used; /* the most that was ever in it: what must be wiped */
	size_t size; /* of the block: one more than the capacity */
};

struct secret *
secret_new(size_t capacity)
{
	struct secret *secret;

	if (capacity > SIZE_MAX / 4) {
		errno = ENOMEM;
		return NULL;
	}
	if ((secret = calloc(1, sizeof(*secret))) == NULL)
		return NULL;
	secret->bytes = arena_take(capacity + 1, &secret->size);
	if (secret->bytes == NULL) {
		free(secret);
		errno = ENOMEM;
		return NULL;
	}
	return secret;
}

struct secret *
secret_copy(const void *bytes, size_t length)
{
	struct secret *secret = secret_new(length);

	if (secret != NULL)
		secret_add(secret, bytes, length);
	return secret;
}

void
secret_free(struct secret *secret)
{
	if (secret == NULL)
		return;
	arena_give(secret->bytes, secret->size, secret->used);
	free(secret);
}

int
secret_add(struct secret *secret, const void *bytes, size_t length)
{
	if (length > secret_room(secret))
		return -1;
	if (length > 0)
		memcpy(secret->bytes + secret->length, bytes, length);
	secret_wrote(secret, length);
	return 0;
}

int
secret_add_string(struct secret *secret, const char *string)
{
	return secret_add(secret, string, strlen(string));
}

int
secret_grow(
    struct secret **secret, const void *bytes, size_t length, size_t limit)
{
	struct secret *old = *secret, *larger;
	size_t wanted;

	if (length > limit || old->length > limit - length)
		return -1;
	wanted = old->length + length;
	if (length <= secret_room(old))
		return secret_add(old, bytes, length);
	if (wanted < old->size * 2)
		wanted = old->size * 2;
	if ((larger = secret_new(wanted < limit ? wanted : limit)) == NULL)
		return -1;
	secret_add(larger, old->bytes, old->length);
	secret_add(larger, bytes, length);
	secret_free(old);
	*secret = larger;
	return 0;
}

void
secret_truncate(struct secret *secret, size_t length)
{
	if (length >= secret->length)
		return;
	explicit_bzero(secret->bytes + length, secret->length - length);
	secret->length = length;
}

void
secret_consume(struct secret *secret, size_t length)
{
	if (length > secret->length)
		length = secret->length;
	memmove(
	    secret->bytes, secret->bytes + length, secret->length - length);
	secret_truncate(secret, secret->length - length);
}

size_t
secret_length(const struct secret *secret)
{
	return secret->length;
}

size_t
secret_capacity(const struct secret *secret)
{
	return secret->size - 1;
}

const char *
secret_bytes(const struct secret *secret)
{
	return secret->bytes;
}

char *
secret_tail(struct secret *secret)
{
	return secret->bytes + secret->length;
}

size_t
secret_room(const struct secret *secret)
{
	return secret->size - 1 - secret->length;
}

void
secret_wrote(struct secret *secret, size_t length)
{
	secret->length += length;
	if (secret->used < secret->length)
		secret->used = secret->length;
	secret->bytes[secret->length] = '\0';
}

bool
secret_equal(const struct secret *a, const void *bytes, size_t length)
{
	const unsigned char *x = (const unsigned char *)a->bytes, *y = bytes;
	unsigned char differs = 0;

	if (a->length != length)
		return false;
	for (size_t i = 0; i < length; i++)
		differs |= x[i] ^ y[i];
	return differs == 0;
}

void
secret_after_fork(void)
{
	arena_forget();
}

void
secret_arena_report(struct secret_report *report)
{
	arena_report(report);
}
