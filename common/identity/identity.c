/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/jwt.h"
#include "base/program.h"
#include "base/text.h"
#include "identity/identity.h"

const struct identity *
identity_named(const char *name)
{
	for (size_t i = 0; identities[i] != NULL; i++)
		if (strcmp(identities[i]->name, name) == 0)
			return identities[i];
	return NULL;
}

/* Job systems set a variable to nothing where they mean that it is not set. */
const char *
identity_variable(const struct surroundings *around, const char *name)
{
	const char *value = surroundings_get(around, name);

	return value == NULL || *value == '\0' ? NULL : value;
}

const char *
identity_required(const struct settings *settings, const char *source,
    const char *key, struct error *err)
{
	const char *value = settings_get(settings, key);

	if (value != NULL && *value != '\0')
		return value;
	error_set(err, FAULT_CONFIG,
	    "[identity] source = %s needs the key '%s'", source, key);
	return NULL;
}

int
identity_path(const char *path, const struct surroundings *around, char *full,
    size_t size, struct error *err)
{
	const char *home = "";
	int length;

	if (text_starts(path, "~/")) {
		if ((home = identity_variable(around, "HOME")) == NULL)
			return error_set(
			    err, FAULT_CONFIG, "'%s': HOME is not set", path);
		path++;
	}
	if (*path != '/')
		return error_set(err, FAULT_CONFIG,
		    "'%s' is neither an absolute path nor one under ~/", path);
	length = snprintf(full, size, "%s%s", home, path);
	if (length < 0 || (size_t)length >= size)
		return error_set(err, FAULT_CONFIG, "a path is too long");
	return 0;
}

int
identity_find(const struct surroundings *around, const char *name, char *found,
    size_t size)
{
	const char *path = surroundings_get(around, "PATH");

	if (text_starts(name, "~/"))
		return identity_path(name, around, found, size, NULL);
	return program_find(name, path == NULL ? "" : path, found, size);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
trim(struct secret *token)
{
	const char *bytes = secret_bytes(token);
	size_t length = secret_length(token), start = 0;

	while (length > 0 && is_space(bytes[length - 1]))
		length--;
	while (start < length && is_space(bytes[start]))
		start++;
	secret_truncate(token, length);
	secret_consume(token, start);
}

int
identity_trim(struct secret **token, const char *where, struct error *err)
{
	const char *bytes;
	size_t length;

	trim(*token);
	bytes = secret_bytes(*token);
	length = secret_length(*token);
	if (length == 0)
		return error_set(err, FAULT_IDENTITY, "%s is empty", where);
	if (length > IDENTITY_TOKEN_MAX)
		return error_set(err, FAULT_IDENTITY,
		    "%s is larger than %d bytes", where, IDENTITY_TOKEN_MAX);
	for (size_t i = 0; i < length; i++)
		if (bytes[i] <= ' ' || bytes[i] > '~')
			return error_set(err, FAULT_IDENTITY,
			    "%s holds something else than one token", where);
	return 0;
}

int
identity_unexpired(
    const struct secret *token, const char *where, struct error *err)
{
	struct jwt jwt;
	char when[CLOCK_TEXT];

	if (jwt_read(token, &jwt, NULL) == -1 || jwt.expires == 0 ||
	    jwt.expires > clock_unix())
		return 0;
	return error_set(err, FAULT_IDENTITY,
	    "%s holds a token that expired at %s", where,
	    clock_rfc3339(jwt.expires, when));
}
