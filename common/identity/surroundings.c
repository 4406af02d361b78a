/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "identity/surroundings.h"

struct surroundings {
	struct secret *block; /* never NULL */
};

struct surroundings *
surroundings_new(void)
{
	struct surroundings *around;

	if ((around = calloc(1, sizeof(*around))) == NULL)
		return NULL;
	if ((around->block = secret_new(0)) == NULL) {
		free(around);
		return NULL;
	}
	return around;
}

void
surroundings_free(struct surroundings *around)
{
	if (around == NULL)
		return;
	secret_free(around->block);
	free(around);
}

const char *
surroundings_next(const struct surroundings *around, const char *entry)
{
	const char *block = secret_bytes(around->block);
	const char *end = block + secret_length(around->block);
	const char *next = entry == NULL ? block : strchr(entry, '\0') + 1;

	return next < end ? next : NULL;
}

static bool
is_named(const char *entry, const char *name, size_t length)
{
	return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

const char *
surroundings_get(const struct surroundings *around, const char *name)
{
	const char *entry = NULL;
	size_t length = strlen(name);

	while ((entry = surroundings_next(around, entry)) != NULL)
		if (is_named(entry, name, length))
			return entry + length + 1;
	return NULL;
}

static bool
is_usable(const char *name, size_t length, const char *value)
{
	return length > 0 && memchr(name, '=', length) == NULL &&
	       memchr(name, '\n', length) == NULL &&
	       strchr(value, '\n') == NULL;
}

/* Copies all entries but the one of that name. The new block was made large
 * enough, so nothing of this can fail. */
static void
copy_others(const struct surroundings *around, struct secret *block,
    const char *name, size_t length)
{
	const char *entry = NULL;

	while ((entry = surroundings_next(around, entry)) != NULL)
		if (!is_named(entry, name, length))
			secret_add(block, entry, strlen(entry) + 1);
}

/* The name ends at `length`, not at a NUL. Name and value may lie in the old
 * block, which is why the new one is complete before the old one goes. */
static int
put(struct surroundings *around, const char *name, size_t length,
    const char *value)
{
	size_t size = secret_length(around->block) + length + strlen(value) + 2;
	struct secret *block;

	if (!is_usable(name, length, value)) {
		errno = EINVAL;
		return -1;
	}
	if (size > SURROUNDINGS_MAX) {
		errno = E2BIG;
		return -1;
	}
	if ((block = secret_new(size)) == NULL)
		return -1;
	copy_others(around, block, name, length);
	secret_add(block, name, length);
	secret_add(block, "=", 1);
	secret_add(block, value, strlen(value) + 1);
	secret_free(around->block);
	around->block = block;
	return 0;
}

int
surroundings_set(
    struct surroundings *around, const char *name, const char *value)
{
	return put(around, name, strlen(name), value);
}

const struct secret *
surroundings_block(const struct surroundings *around)
{
	return around->block;
}

struct surroundings *
surroundings_read(const char *block, size_t length)
{
	scoped(surroundings) struct surroundings *around = NULL;
	const char *entry = block, *end = block + length, *equals;

	if ((around = surroundings_new()) == NULL)
		return NULL;
	if (length > 0 && end[-1] != '\0')
		return NULL;
	for (; entry < end; entry = strchr(entry, '\0') + 1) {
		if ((equals = strchr(entry, '=')) == NULL)
			return NULL;
		if (put(around, entry, (size_t)(equals - entry), equals + 1) ==
		    -1)
			return NULL;
	}
	return take(&around);
}
