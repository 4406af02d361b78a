/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

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

/* Until the agent knows of us nobody below may speak to it. */
static void
pass_gate(const int gate[2])
{
	char go;

	close(gate[1]);
	if (read(gate[0], &go, 1) != 1)
		_exit(fault_exit(FAULT_SYSTEM));
	close(gate[0]);
}

/* Below: dies with us, whatever kills us. */
_Noreturn static void
become(const struct run_order *order, bool spaces, int above, int words,
    const int gate[2])
{
	bool anyway = order->anyway;

	if (order->plan != NULL &&
	    isolate(order->plan, spaces, anyway, tell, &anyway) == -1 &&
	    !anyway)
		_exit(fault_exit(FAULT_SYSTEM));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (is_gone(above))
		_exit(fault_exit(FAULT_SYSTEM));
	pass_gate(gate);
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

static int
make_pipes(int words[2], int gate[2], struct error *err)
{
	if (pipe2(words, O_CLOEXEC) == -1)
		return error_errno(err, "cannot make a pipe");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) == 0)
		return 0;
	close(words[0]);
	close(words[1]);
	return error_errno(err, "cannot make a pair of sockets");
}

int
run_child_start(
    const struct run_order *order, struct run_child *child, struct error *err)
{
	scoped(fd) int us = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int words[2], gate[2];

	if (us == -1)
		return error_errno(err, "cannot start a process");
	if (make_pipes(words, gate, err) == -1)
		return -1;
	child->pid = start(order, &child->spaces, err);
	if (child->pid == 0)
		become(order, child->spaces, us, words[1], gate);
	close(words[1]);
	close(gate[0]);
	child->words = words[0];
	child->gate = gate[1];
	if (child->pid == -1 || !child->spaces) {
		close(child->words);
		child->words = -1;
	}
	if (child->pid != -1)
		return 0;
	close(child->gate);
	return -1;
}

void
run_child_gate(struct run_child *child, bool go)
{
	/* It may have ended: where it is not isolated it is not started. */
	if (go)
		send(child->gate, "", 1, MSG_NOSIGNAL);
	close(child->gate);
	child->gate = -1;
	if (go)
		return;
	waitpid(child->pid, NULL, 0);
	if (child->words != -1)
		close(child->words);
}
