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

/* The length without the line breaks at the end, which a value read from a
 * file may have and which say nothing. */
static size_t
fitting(const char *value)
{
	size_t length = strlen(value);

	while (length > 0 && strchr("\r\n", value[length - 1]) != NULL)
		length--;
	return length;
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
	snprintf(
	    key, sizeof(key), "%s.%s", value == NULL ? "unset" : "env", name);
	if (value == NULL)
		writing_add(writing, key, "1");
	else
		writing_add_bytes(writing, key, value, fitting(value));
}

/* Most are not set. One look at the beginnings of all that are spares the
 * search for the others, which would be half of all that a helper does. */
#define BEGINNINGS 1024

struct beginnings {
	bool there[BEGINNINGS];
};

static unsigned
beginning(const char *variable)
{
	return ((unsigned char)variable[0] * 33U + (unsigned char)variable[1]) %
	       BEGINNINGS;
}

static void
look_around(struct beginnings *beginnings)
{
	memset(beginnings, 0, sizeof(*beginnings));
	for (char **variable = environ; *variable != NULL; variable++)
		if ((*variable)[0] != '\0')
			beginnings->there[beginning(*variable)] = true;
}

void
origin_write(struct writing *writing)
{
	char config[DIRS_PATH_MAX];
	struct beginnings beginnings;
	bool named;

	look_around(&beginnings);
	writing_add(writing, "version", PROGRAM_VERSION);
	if (origin_config(config, sizeof(config), &named) == 0) {
		writing_add(writing, "config", config);
		if (named)
			writing_add(writing, "config-named", "1");
	}
	/* One that does not fit fails the whole request: without it, the
	 * agent would take its own in its place, maybe another's identity. */
	for (const char *const *name = wire_variables; *name != NULL; name++)
		if (beginnings.there[beginning(*name)] &&
		    secure_getenv(*name) != NULL)
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

static bool
is_unfit(const char *name)
{
	const char *value = secure_getenv(name);

	return value != NULL && (memchr(value, '\n', fitting(value)) != NULL ||
				    fitting(value) > MESSAGE_VALUE_MAX);
}

static int
name_unfit(const char *name, struct error *err)
{
	return error_set(err, FAULT_USAGE,
	    "the variable %.64s has a line break, or more than %d bytes", name,
	    MESSAGE_VALUE_MAX);
}

int
origin_unfit(const struct message *want, struct error *err)
{
	const char *asked;
	unsigned at = 0;

	for (const char *const *name = wire_variables; *name != NULL; name++)
		if (is_unfit(*name))
			return name_unfit(*name, err);
	while (want != NULL &&
	       (asked = message_next(want, "variable", &at)) != NULL)
		if (is_unfit(asked))
			return name_unfit(asked, err);
	return error_set(err, FAULT_USAGE,
	    "the request has a line break in a value, or is too long");
}
