/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/program_mind.h"

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

int
program_mind(pid_t parent)
{
	pid_t minder = getpid(), program;
	int status;

	signal(SIGTERM, kill_group);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	if ((program = fork()) == -1)
		return -1;
	if (program == 0) {
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return getppid() == minder ? 0 : -1;
	}
	/* its output ends when the program's does, not with the minder */
	compat_close_from(0);
	while (waitpid(program, &status, 0) == -1)
		if (errno != EINTR)
			_exit(127);
	end_like(status);
}
