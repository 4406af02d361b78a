/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/dirs.h"
#include "base/program.h"
#include "base/text.h"
#include "helpers/daypass/setup_wanted.h"
#include "wire/config_child.h"

#define ROWS_MAX (16 * 1024 * 1024)

static int
read_rows(int fd, struct buffer *rows, struct error *err)
{
	char block[16384];
	ssize_t got;

	while ((got = read(fd, block, sizeof(block))) != 0) {
		if (got == -1 && errno != EINTR)
			return error_errno(err, "daypass-config");
		if (got > 0)
			buffer_add(rows, block, (size_t)got);
	}
	return buffer_failed(rows) ? error_set(err, FAULT_SYSTEM, "no memory")
				   : 0;
}

/* It has said all that it has to say: nobody waits for it to tidy up. Rows that
 * are cut off are noticed by who reads them. */
static void
dismiss(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

static int
ask(const char *user, bool named, struct buffer *rows, struct error *err)
{
	char program[DIRS_PATH_MAX];
	struct config_child child;
	int failed;

	if (dirs_program("daypass-config", program, sizeof(program), err) == -1)
		return -1;
	if (config_child_start(&child, program, environ, user, named) == -1)
		return error_errno(err, "daypass-config");
	failed = read_rows(child.output, rows, err);
	close(child.output);
	dismiss(child.pid);
	return failed;
}

int
setup_wanted_read(bool system, struct config **config, struct error *err)
{
	scoped(buffer) struct buffer rows = BUFFER(ROWS_MAX);
	scoped(config) struct config *read = NULL;
	char user[DIRS_PATH_MAX];
	bool named = false;

	dirs_config(user, sizeof(user), &named);
	if (system) {
		user[0] = '\0';
		named = false;
	}
	if (ask(user, named, &rows, err) == -1 ||
	    config_read(buffer_text(&rows), rows.length, &read, err) == -1 ||
	    config_usable(read, err) == -1)
		return -1;
	*config = take(&read);
	return 0;
}

static bool
is_binding(const struct section *section, const char *tool)
{
	return strcmp(section->word, tool) == 0 && section->name != NULL &&
	       section->redefines == NULL;
}

const struct section *
setup_wanted_next(const struct config *config, const char *tool, size_t *i)
{
	const struct sections *sections = config_sections(config);

	while (*i < sections->count) {
		const struct section *section = sections->list[(*i)++];

		if (is_binding(section, tool) && section->mistake == NULL &&
		    section->match != NULL)
			return section;
	}
	return NULL;
}

size_t
setup_wanted_count(const struct config *config, const char *tool)
{
	const struct sections *sections = config_sections(config);
	size_t count = 0;

	for (size_t i = 0; i < sections->count; i++)
		count += is_binding(sections->list[i], tool);
	return count;
}

const struct section *
setup_wanted_credential(
    const struct config *config, const struct section *section, const char *key)
{
	const char *name = settings_get(section->settings, key);
	const struct section *found;

	if (name == NULL)
		return NULL;
	found = sections_find(config_sections(config), "credential", name);
	return found != NULL && found->mistake == NULL ? found : NULL;
}

static bool
is_same(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

int
setup_wanted_program(
    const char *name, char *path, size_t size, struct error *err)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789_./+@,:=-";
	const char *where = secure_getenv("PATH");
	char found[DIRS_PATH_MAX];

	if (dirs_program(name, path, size, err) == -1)
		return -1;
	if (where != NULL &&
	    program_find(name, where, found, sizeof(found)) == 0 &&
	    is_same(found, path) && text_copy(path, size, found) == -1)
		return error_set(err, FAULT_CONFIG, "PATH is too long");
	if (path[strspn(path, plain)] != '\0')
		return error_set(err, FAULT_CONFIG,
		    "'%s' has a character in its path that shells and tools "
		    "split at: install daypass elsewhere",
		    path);
	return 0;
}
