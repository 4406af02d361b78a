/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/program.h"
#include "base/text.h"

static bool
is_program(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       access(path, X_OK) == 0;
}

int
program_find(const char *name, const char *path, char *found, size_t size)
{
	if (name[0] == '/')
		return is_program(name) ? text_copy(found, size, name) : -1;
	if (*name == '\0' || strchr(name, '/') != NULL || path == NULL)
		return -1;
	for (size_t length; *path != '\0'; path += length) {
		int wrote;

		path += *path == ':';
		length = strcspn(path, ":");
		if (*path != '/')
			continue;
		wrote =
		    snprintf(found, size, "%.*s/%s", (int)length, path, name);
		if (wrote > 0 && (size_t)wrote < size && is_program(found))
			return 0;
	}
	return -1;
}
