/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "helpers/daypass/run_child.h"

struct init {
	pid_t command; /* 0: it has ended */
	int words;
};

static void
say(const struct init *init, int what, int value)
{
	struct run_word word = {what, value};

	(void)!write(init->words, &word, sizeof(word));
}

/* Ends when there is nobody left to wait for. */
static void
bury(struct init *init)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != init->command)
			continue;
		if (WIFSTOPPED(status)) {
			say(init, WORD_STOPPED, WSTOPSIG(status));
			continue;
		}
		init->command = 0;
		say(init, WORD_ENDED, status);
	}
	if (pid == -1 && errno == ECHILD)
		_exit(0);
}

/* Those of the terminal have reached the command by themselves, and those from
 * inside are not for us to pass on. */
static void
pass_on(const struct init *init, const struct signalfd_siginfo *info)
{
	if (info->ssi_signo == SIGCHLD || info->ssi_code > 0 ||
	    info->ssi_pid != 0)
		return;
	if (init->command != 0)
		kill(init->command, (int)info->ssi_signo);
	else
		kill(-1, (int)info->ssi_signo);
}

_Noreturn void
run_init(const struct run_order *order, int above, int words)
{
	struct init init = {.words = words};
	struct signalfd_siginfo info;
	struct pollfd fds[2];
	sigset_t set;

	run_signals(&set);
	fds[0] = (struct pollfd){
	    signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, 0};
	fds[1] = (struct pollfd){above, POLLIN, 0};
	if ((init.command = fork()) == 0)
		run_command(order);
	if (fds[0].fd == -1 || init.command == -1)
		_exit(71);
	for (;;) {
		bury(&init);
		poll(fds, 2, -1);
		if (fds[1].revents != 0)
			_exit(71);
		while (read(fds[0].fd, &info, sizeof(info)) == sizeof(info))
			pass_on(&init, &info);
	}
}
