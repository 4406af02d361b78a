/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/text.h"
#include "wire/origin.h"
#include "wire/variables.h"

#define NAME_MAX_LENGTH 256

/* Puts the working directory before a relative path. */
static int
make_absolute(char *path, size_t size)
{
	char relative[DIRS_PATH_MAX];
	size_t length;

	if (text_copy(relative, sizeof(relative), path) == -1 ||
	    getcwd(path, size) == NULL)
		return -1;
	length = strlen(path);
	if (length + strlen(relative) + 2 > size)
		return -1;
	path[length] = '/';
	strcpy(path + length + 1, relative);
	return 0;
}

int
origin_config(char *path, size_t size, bool *named)
{
	if (dirs_config(path, size, named) == -1)
		return -1;
	return path[0] == '/' ? 0 : make_absolute(path, size);
}

static void
write_variable(struct writing *writing, const char *name)
{
	char key[sizeof("unset.") + NAME_MAX_LENGTH];
	const char *value = secure_getenv(name);

	if (strlen(name) > NAME_MAX_LENGTH) {
		writing->failed = true;
		return;
	}
	sprintf(key, "%s.%s", value == NULL ? "unset" : "env", name);
	writing_add(writing, key, value == NULL ? "1" : value);
}

void
origin_write(struct writing *writing)
{
	char config[DIRS_PATH_MAX];
	bool named;

	writing_add(writing, "version", PROGRAM_VERSION);
	if (origin_config(config, sizeof(config), &named) == 0) {
		writing_add(writing, "config", config);
		if (named)
			writing_add(writing, "config-named", "1");
	}
	/* One that does not fit fails the whole request: without it, the
	 * agent would take its own in its place, maybe another's identity. */
	for (const char *const *name = wire_variables; *name != NULL; name++)
		if (secure_getenv(*name) != NULL)
			write_variable(writing, *name);
}

void
origin_write_wanted(struct writing *writing, const struct message *want)
{
	const char *name;
	unsigned at = 0;

	while ((name = message_next(want, "variable", &at)) != NULL)
		write_variable(writing, name);
}

int
origin_unfit(struct error *err)
{
	for (const char *const *name = wire_variables; *name != NULL; name++) {
		const char *value = secure_getenv(*name);

		if (value != NULL && (strchr(value, '\n') != NULL ||
					 strlen(value) > MESSAGE_VALUE_MAX))
			return error_set(err, FAULT_USAGE,
			    "the variable %s has a line break, or more than %d "
			    "bytes",
			    *name, MESSAGE_VALUE_MAX);
	}
	return error_set(err, FAULT_USAGE,
	    "the request has a line break in a value, or is too long");
}
