/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/shadow.h"

#define FILE_MAX (256 * 1024)

const char *
shadow_variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

int
shadow_path(const char *variable, const char *path, char *full, size_t size)
{
	const char *named = variable == NULL ? NULL : shadow_variable(variable);
	const char *home = shadow_variable("HOME");
	int wrote;

	if (named != NULL)
		return text_copy(full, size, named);
	if (home == NULL)
		return -1;
	wrote = snprintf(full, size, "%s/%s", home, path);
	return wrote < 0 || (size_t)wrote >= size ? -1 : 0;
}

void
shadow_forget(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

static int
read_all(int fd, char *text)
{
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < FILE_MAX) {
		got = read(fd, text + length, FILE_MAX - length);
		if (got > 0)
			length += (size_t)got;
	}
	if (got > 0)
		errno = EFBIG;
	return got == 0 ? 0 : -1;
}

int
shadow_read(
    struct shadows *shadows, const char *name, const char *path, char **text)
{
	scoped(fd) int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*text = NULL;
	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	if (fd != -1 && (*text = calloc(1, FILE_MAX + 1)) != NULL &&
	    read_all(fd, *text) == 0)
		return 0;
	shadow_add(shadows, name, "make it a file that you can read",
	    "%s cannot be read: %s", path, strerror(errno));
	shadow_forget(text);
	return -1;
}

/* The first word of a command, in quotes or not. */
static size_t
first_word(const char **command)
{
	*command += strspn(*command, " \t!");
	if (**command == '"' || **command == '\'') {
		char end[2] = {**command, '\0'};

		(*command)++;
		return strcspn(*command, end);
	}
	return strcspn(*command, " \t");
}

bool
shadow_is_ours(const char *command, const char *program)
{
	size_t length = first_word(&command), wanted = strlen(program);

	return length >= wanted &&
	       strncmp(command + length - wanted, program, wanted) == 0 &&
	       (length == wanted || command[length - wanted - 1] == '/');
}

const char *
shadow_missing(const char *command, char *path, size_t size)
{
	size_t length = first_word(&command);

	if (length == 0 || length >= size || command[0] != '/')
		return NULL;
	memcpy(path, command, length);
	path[length] = '\0';
	return access(path, X_OK) == 0 ? NULL : path;
}
