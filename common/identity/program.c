/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"
#include "identity/identity.h"

#define ENVIRONMENT_MAX 128

/* A copy in ordinary memory: the arena reads as zeroes in the child that
 * becomes the program. It is wiped when the program has ended. */
struct environment {
	char *block;
	size_t length;
	const char *entries[ENVIRONMENT_MAX];
};

static void
environment_scoped(struct environment *environment)
{
	if (environment->block == NULL)
		return;
	explicit_bzero(environment->block, environment->length);
	free(environment->block);
}

static int
environment_copy(struct environment *environment,
    const struct surroundings *around, struct error *err)
{
	const struct secret *block = surroundings_block(around);

	environment->length = secret_length(block);
	environment->block = malloc(environment->length + 1);
	if (environment->block == NULL)
		return error_errno(err, "memory for an environment");
	memcpy(
	    environment->block, secret_bytes(block), environment->length + 1);
	return 0;
}

static int
environment_make(struct environment *environment,
    const struct surroundings *around, struct error *err)
{
	const char *entry, *end;
	size_t count = 0;

	if (environment_copy(environment, around, err) == -1)
		return -1;
	end = environment->block + environment->length;
	/* What it says is shown to a person, as UTF-8. */
	if (surroundings_get(around, "LANG") == NULL)
		environment->entries[count++] = "LANG=C.UTF-8";
	for (entry = environment->block; entry < end;
	     entry = strchr(entry, '\0') + 1) {
		if (count == ENVIRONMENT_MAX - 1)
			return error_set(err, FAULT_SYSTEM,
			    "more than %d variables for a program",
			    ENVIRONMENT_MAX - 1);
		environment->entries[count++] = entry;
	}
	environment->entries[count] = NULL;
	return 0;
}

/* argv with its first word replaced by the path that was found for it. */
static int
words_of(const char *const *argv, const char *path,
    const char *words[IDENTITY_WORDS_MAX + 1], struct error *err)
{
	size_t count = 0;

	for (; argv[count] != NULL; count++) {
		if (count == IDENTITY_WORDS_MAX)
			return error_set(err, FAULT_CONFIG,
			    "the command of '%s' has more than %d words",
			    argv[0], IDENTITY_WORDS_MAX);
		words[count] = count == 0 ? path : argv[count];
	}
	words[count] = NULL;
	return 0;
}

int
identity_program(const struct identity_mint *mint, const char *const *argv,
    struct secret **token, struct error *err)
{
	scoped(secret) struct secret *output = NULL;
	scoped(environment) struct environment environment = {0};
	const char *words[IDENTITY_WORDS_MAX + 1];
	char path[PATH_MAX], where[PATH_MAX + 32];

	if (identity_find(mint->around, argv[0], path, sizeof(path)) == -1)
		return error_set(err, FAULT_IDENTITY,
		    "program '%s' is not found on PATH", argv[0]);
	if (words_of(argv, path, words, err) == -1 ||
	    environment_make(&environment, mint->around, err) == -1)
		return -1;
	if (mint->http->progress != NULL)
		mint->http->progress(path);
	if (program_run(words, environment.entries, mint->http->deadline,
		IDENTITY_TOKEN_MAX, &output, err) == -1)
		return -1;
	snprintf(where, sizeof(where), "what '%s' printed", path);
	if (identity_trim(&output, where, err) == -1)
		return -1;
	*token = take(&output);
	return 0;
}
