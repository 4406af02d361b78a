/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "helpers/daypass/isolate.h"
#include "helpers/daypass/run_child.h"

void
run_signals(sigset_t *set)
{
	static const int numbers[] = {SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM,
	    SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT, SIGTSTP, SIGTTIN,
	    SIGTTOU};

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(set, numbers[i]);
}

_Noreturn void
run_command(const struct run_order *order)
{
	int reason;

	sigprocmask(SIG_SETMASK, &order->mask, NULL);
	execvpe(order->argv[0], order->argv, order->environment);
	reason = errno;
	dprintf(STDERR_FILENO, "daypass: cannot run '%s': %s\n", order->argv[0],
	    strerror(reason));
	_exit(reason == ENOENT ? 127 : 126);
}

/* Only what a person has to know; in doctor's words if they ask. */
static void
tell(void *arg, const char *part, bool good, const char *why)
{
	const bool *anyway = arg;

	if (!good)
		dprintf(STDERR_FILENO, "daypass: %s: %s: %s\n",
		    *anyway ? "advisory, not isolated"
			    : "the command is not started",
		    part, why);
}

static bool
is_gone(int pidfd)
{
	struct pollfd one = {pidfd, POLLIN, 0};

	return pidfd == -1 || poll(&one, 1, 0) != 0;
}

/* Below: dies with us, whatever kills us. */
_Noreturn static void
become(const struct run_order *order, bool spaces, int above, int words)
{
	bool anyway = order->anyway;

	if (order->plan != NULL &&
	    isolate(order->plan, spaces, anyway, tell, &anyway) == -1 &&
	    !anyway)
		_exit(fault_exit(FAULT_SYSTEM));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (is_gone(above))
		_exit(fault_exit(FAULT_SYSTEM));
	if (spaces)
		run_init(order, above, words);
	run_command(order);
}

static pid_t
start(const struct run_order *order, bool *spaces, struct error *err)
{
	pid_t pid;

	*spaces = false;
	fflush(NULL);
	if (order->plan != NULL)
		return isolate_fork(order->anyway, spaces, err);
	if ((pid = fork()) == -1)
		error_errno(err, "cannot fork");
	return pid;
}

int
run_child_start(
    const struct run_order *order, struct run_child *child, struct error *err)
{
	scoped(fd) int us = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int ends[2];

	if (us == -1 || pipe2(ends, O_CLOEXEC) == -1)
		return error_errno(err, "cannot start a process");
	child->pid = start(order, &child->spaces, err);
	if (child->pid == 0)
		become(order, child->spaces, us, ends[1]);
	close(ends[1]);
	if (child->pid == -1 || !child->spaces) {
		close(ends[0]);
		ends[0] = -1;
	}
	child->words = ends[0];
	return child->pid == -1 ? -1 : 0;
}
