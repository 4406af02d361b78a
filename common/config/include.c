/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/include.h"

bool
include_is(const struct scan_entry *entry)
{
	return strcmp(entry->section, "include") == 0 ||
	       strcmp(entry->section, "includeif") == 0;
}

static int
join(char *path, size_t size, const char *directory, size_t length,
    const char *name, struct error *err)
{
	int written =
	    snprintf(path, size, "%.*s%s", (int)length, directory, name);

	if (written < 0 || (size_t)written >= size)
		return error_set(
		    err, FAULT_CONFIG, "the included path is too long");
	return 0;
}

static int
in_home(char *path, size_t size, const char *rest, struct error *err)
{
	const char *home = secure_getenv("HOME");

	if (home == NULL || home[0] != '/')
		return error_set(err, FAULT_CONFIG,
		    "includes a file below ~, and HOME is not set");
	return join(path, size, home, strlen(home), rest, err);
}

static int
check(const struct scan_entry *entry, struct error *err)
{
	/* A condition looks at a repository, and a repository must not say
	 * where credentials go. */
	if (strcmp(entry->section, "includeif") == 0)
		return error_set(err, FAULT_CONFIG,
		    "[includeIf] is not read here: its conditions are about "
		    "repositories; use [include]");
	if (entry->subsection != NULL || strcmp(entry->key, "path") != 0)
		return error_set(
		    err, FAULT_CONFIG, "[include] takes `path` and no other");
	if (entry->value == NULL || entry->value[0] == '\0')
		return error_set(err, FAULT_CONFIG, "[include] names no path");
	return 0;
}

int
include_resolve(const struct scan_entry *entry, const char *from, char *path,
    size_t size, struct error *err)
{
	const char *value = entry->value;
	const char *slash = strrchr(from, '/');

	if (check(entry, err) == -1)
		return -1;
	if (strncmp(value, "~/", 2) == 0)
		return in_home(path, size, value + 1, err);
	if (value[0] == '~')
		return error_set(err, FAULT_CONFIG,
		    "includes a file of another user's home: write its path");
	if (value[0] == '/' || slash == NULL)
		return join(path, size, "", 0, value, err);
	return join(path, size, from, (size_t)(slash - from) + 1, value, err);
}
