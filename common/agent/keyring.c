/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/keyring.h"
#include "agent/loop.h"
#include "base/compat.h"
#include "base/dirs.h"
#include "base/text.h"

#define PROGRAM "daypass-keyring"

static bool
is_socket(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static const char *
variable(const struct surroundings *around, const char *name)
{
	return around == NULL ? secure_getenv(name)
			      : surroundings_get(around, name);
}

/* `NAME=value`; "" if it does not fit. */
static void
put(char *to, size_t size, const char *name, const char *value)
{
	int length = snprintf(to, size, "%s=%s", name, value);

	if (length < 0 || (size_t)length >= size)
		to[0] = '\0';
}

/* The variable, else the socket `bus` where systemd puts it. Named in any
 * case, so that no library goes to look for another one, or starts one. */
void
keyring_find(const struct surroundings *around, struct keyring_bus *bus)
{
	const char *named = variable(around, "DBUS_SESSION_BUS_ADDRESS");
	const char *runtime = variable(around, "XDG_RUNTIME_DIR");
	const char *home = variable(around, "HOME");
	char path[512] = "unix:path=";
	size_t prefix = strlen(path);

	bus->address[0] = '\0';
	put(bus->runtime, sizeof(bus->runtime), "XDG_RUNTIME_DIR",
	    runtime == NULL ? "" : runtime);
	put(bus->home, sizeof(bus->home), "HOME", home == NULL ? "/" : home);
	if (named != NULL && *named != '\0') {
		put(bus->address, sizeof(bus->address),
		    "DBUS_SESSION_BUS_ADDRESS", named);
		return;
	}
	if (runtime == NULL || *runtime != '/' ||
	    snprintf(path + prefix, sizeof(path) - prefix, "%s/bus", runtime) >=
		(int)(sizeof(path) - prefix) ||
	    !is_socket(path + prefix))
		return;
	put(bus->address, sizeof(bus->address), "DBUS_SESSION_BUS_ADDRESS",
	    path);
}

/* Not tied to our life: what it was told to keep must be kept. */
static _Noreturn void
become(const char *program, int fd, const struct keyring_bus *bus)
{
	const char *const environment[] = {
	    bus->address, bus->runtime, bus->home, "LANG=C.UTF-8", NULL};
	char *const argv[] = {(char *)(size_t)PROGRAM, NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	loop_child_signals();
	fd = fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
	if (null == -1 || fd == -1 || dup2(fd, STDIN_FILENO) == -1 ||
	    dup2(fd, STDOUT_FILENO) == -1 || dup2(null, STDERR_FILENO) == -1)
		_exit(127);
	compat_close_from(STDERR_FILENO + 1);
	execve(program, argv, (char *const *)(size_t)environment);
	_exit(127);
}

/* NULL: it can be started. */
static const char *
what_lacks(const struct keyring_bus *bus, char *program)
{
	if (bus->address[0] == '\0')
		return "there is no session bus";
	if (dirs_program(PROGRAM, program, DIRS_PATH_MAX, NULL) == -1)
		return "daypass-keyring is not installed";
	return NULL;
}

int
keyring_start(const struct keyring_bus *bus, const char **why)
{
	char program[DIRS_PATH_MAX];
	int pair[2];
	pid_t pid;

	if ((*why = what_lacks(bus, program)) != NULL)
		return -1;
	*why = "daypass-keyring cannot be started";
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	pid = fork();
	if (pid == 0)
		become(program, pair[1], bus);
	close(pair[1]);
	if (pid == -1) {
		close(pair[0]);
		return -1;
	}
	*why = NULL;
	return pair[0];
}

bool
keyring_is_there(const struct keyring_bus *bus, const char **why)
{
	char program[DIRS_PATH_MAX];

	*why = what_lacks(bus, program);
	return *why == NULL;
}
