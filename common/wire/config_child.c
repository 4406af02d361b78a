/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/compat.h"
#include "wire/config_child.h"

static void
usual_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

_Noreturn static void
become(pid_t parent, int output, const char *program, char *const *environment,
    const char *user, bool named)
{
	const char *argv[8] = {"daypass-config", "--system", SYSTEM_CONFIG};
	unsigned count = 3;

	if (user[0] != '\0') {
		argv[count++] = "--user";
		argv[count++] = user;
	}
	if (named)
		argv[count++] = "--user-named";
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || dup2(output, STDOUT_FILENO) == -1)
		_exit(127);
	compat_close_from(STDERR_FILENO + 1);
	usual_signals();
	execve(program, (char *const *)argv, environment);
	_exit(127);
}

int
config_child_start(struct config_child *child, const char *program,
    char *const *environment, const char *user, bool named)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return -1;
	child->pid = fork();
	if (child->pid == 0)
		become(parent, ends[1], program, environment, user, named);
	close(ends[1]);
	if (child->pid == -1) {
		close(ends[0]);
		return -1;
	}
	child->output = ends[0];
	return 0;
}
