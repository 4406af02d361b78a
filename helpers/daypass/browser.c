/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/compat.h"
#include "base/program.h"
#include "base/text.h"
#include "helpers/daypass/browser.h"

#define WORDS_MAX 32
#define LINE_MAX_BYTES (16 * 1024)

static const char *
variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value == NULL || *value == '\0' ? NULL : value;
}

static bool
find(const char *name, char path[PATH_MAX])
{
	const char *all = variable("PATH");

	return program_find(name, all == NULL ? "" : all, path, PATH_MAX) == 0;
}

bool
browser_is_there(void)
{
	char path[PATH_MAX];

	if (variable("BROWSER") != NULL)
		return true;
	if (variable("SSH_CONNECTION") != NULL || variable("SSH_TTY") != NULL)
		return false;
	if (variable("DISPLAY") == NULL && variable("WAYLAND_DISPLAY") == NULL)
		return false;
	return find("xdg-open", path);
}

/* Nobody's child, with nothing of the terminal's. */
static _Noreturn void
become(const char *path, char *const *argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (fork() != 0)
		_exit(0);
	for (int standard = 0; standard <= STDERR_FILENO; standard++)
		if (dup2(null, standard) == -1)
			_exit(127);
	compat_close_from(STDERR_FILENO + 1);
	execve(path, argv, environ);
	_exit(127);
}

static bool
start(const char *path, char *const *argv)
{
	pid_t pid = fork();

	if (pid == 0)
		become(path, argv);
	return pid != -1 && waitpid(pid, NULL, 0) == pid;
}

/* One word, with the URL in place of %s; true: it was there. */
static bool
fill(struct buffer *line, const char *word, size_t length, const char *url)
{
	bool filled = false;

	for (size_t i = 0; i < length; i++) {
		if (word[i] == '%' && i + 1 < length && word[i + 1] == 's') {
			buffer_add_string(line, url);
			filled = true;
			i++;
		} else {
			buffer_add(line, word + i, 1);
		}
	}
	buffer_add(line, "", 1);
	return filled;
}

/* A command without a shell: its words stand between spaces. */
static bool
run(const char *command, size_t length, const char *url)
{
	scoped(buffer) struct buffer line = BUFFER(LINE_MAX_BYTES);
	char *argv[WORDS_MAX + 1] = {NULL}, path[PATH_MAX];
	size_t offsets[WORDS_MAX], count = 0, word;
	bool filled = false;

	for (; length > 0 && count < WORDS_MAX - 1;
	     command += word, length -= word) {
		word = strspn(command, " ");
		word = word > length ? length : word;
		command += word;
		length -= word;
		word = strcspn(command, " ");
		word = word > length ? length : word;
		if (word == 0)
			break;
		offsets[count++] = line.length;
		filled |= fill(&line, command, word, url);
	}
	if (!filled) {
		offsets[count++] = line.length;
		fill(&line, "%s", 2, url);
	}
	if (buffer_failed(&line) || count < 2)
		return false;
	for (size_t i = 0; i < count; i++)
		argv[i] = line.bytes + offsets[i];
	return find(argv[0], path) && start(path, argv);
}

bool
browser_open(const char *url)
{
	const char *list = variable("BROWSER");
	size_t length;

	if (list == NULL)
		return run("xdg-open", strlen("xdg-open"), url);
	for (; *list != '\0'; list += length + (list[length] == ':')) {
		length = strcspn(list, ":");
		if (length > 0 && run(list, length, url))
			return true;
	}
	return false;
}
