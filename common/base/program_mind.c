/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/program_mind.h"
#include "base/secret.h"

static void
kill_group(int number)
{
	(void)number;
	kill(0, SIGKILL);
}

/* As the program ended, so does its minder. */
static _Noreturn void
end_like(int status)
{
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		kill(getpid(), WTERMSIG(status));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 127);
}

/* By vfork, for to copy the agent's memory once more takes longer than all
 * else that is done here. In the child only what the kernel keeps for it alone
 * is changed. */
static pid_t
run(const char *const *argv, const char *const *environment)
{
	pid_t minder = getpid(), program;
	volatile int failure = 0;

	if ((program = vfork()) == 0) {
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == minder)
			execve(argv[0], (char *const *)argv,
			    (char *const *)environment);
		failure = errno;
		_exit(127);
	}
	if (failure == 0)
		return program;
	waitpid(program, NULL, 0);
	errno = failure;
	return -1;
}

void
program_mind(
    pid_t parent, const char *const *argv, const char *const *environment)
{
	pid_t program;
	int status;

	signal(SIGTERM, kill_group);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	if ((program = run(argv, environment)) == -1)
		return;
	secret_after_fork(); /* what its parent knew is not for the minder */
	/* its output ends when the program's does, not with the minder */
	compat_close_from(0);
	while (waitpid(program, &status, 0) == -1)
		if (errno != EINTR)
			_exit(127);
	end_like(status);
}
