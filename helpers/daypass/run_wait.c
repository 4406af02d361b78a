/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "helpers/daypass/run_wait.h"

#define AGAIN_MS 1000

struct waiting {
	struct run_session *session;
	const struct run_child *child;
	bool isolated; /* the tree dies rather than go on without an agent */
	bool over;     /* the session is: nothing more is to be looked after */
	bool absent;   /* the agent has ended in peace; another may come */
	int status;    /* of the command */
	bool known;
	bool explained; /* why it takes so long */
	bool alone;	/* nobody is left */
};

static void
tell(const struct waiting *waiting, const char *what)
{
	dprintf(
	    STDERR_FILENO, "daypass: %s: %s\n", waiting->session->name, what);
}

static void
stop_as_well(void)
{
	kill(getpid(), SIGSTOP);
}

/* The command has stopped or ended, and says so up the pipe. */
static void
read_words(struct waiting *waiting)
{
	struct run_word word;

	while (
	    read(waiting->child->words, &word, sizeof(word)) == sizeof(word)) {
		if (word.what == WORD_STOPPED) {
			stop_as_well();
		} else {
			waiting->status = word.value;
			waiting->known = true;
		}
	}
}

static void
bury(struct waiting *waiting)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != waiting->child->pid)
			continue;
		if (WIFSTOPPED(status)) {
			stop_as_well();
			continue;
		}
		if (waiting->child->words != -1)
			read_words(waiting);
		if (!waiting->known)
			waiting->status = status;
		waiting->known = true;
	}
	waiting->alone = pid == -1 && errno == ECHILD;
}

/* Those that were left behind, each of whom is our child by now. */
static void
signal_children(int number)
{
	FILE *file = fopen("/proc/thread-self/children", "re");
	long pid;

	while (file != NULL && fscanf(file, "%ld", &pid) == 1)
		kill((pid_t)pid, number);
	if (file != NULL)
		fclose(file);
}

/* What the terminal sends reaches the command without us; what somebody sends
 * to us is meant for it. */
static void
pass_on(const struct waiting *waiting, const struct signalfd_siginfo *info)
{
	int number = (int)info->ssi_signo;

	if (number == SIGCHLD || (info->ssi_code > 0 && number != SIGCONT))
		return;
	if (waiting->child->spaces || !waiting->known)
		kill(waiting->child->pid, number);
	else
		signal_children(number);
}

static void
read_signals(const struct waiting *waiting, int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info))
		pass_on(waiting, &info);
}

/* An agent that we start is not one of those that we wait for. Where the
 * command is isolated its first process is the reaper, and we are none. */
static void
reap(const struct waiting *waiting, bool yes)
{
	if (!waiting->child->spaces)
		prctl(PR_SET_CHILD_SUBREAPER, yes ? 1 : 0);
}

static void
lose(struct waiting *waiting, const struct error *err)
{
	char text[ERROR_TEXT_MAX + 128];

	waiting->over = true;
	snprintf(text, sizeof(text),
	    "the agent has died, and no other can be started (%s): %s",
	    err->text,
	    waiting->isolated ? "the command is killed"
			      : "it goes on without credentials");
	tell(waiting, text);
	if (waiting->isolated)
		kill(waiting->child->pid, SIGKILL);
}

/* The agent has died, or does not know the session. */
static void
recover(struct waiting *waiting, bool again)
{
	struct error err = {.fault = FAULT_NONE};
	int result = 0;

	reap(waiting, false);
	if (again)
		result = run_session_open(waiting->session, &err);
	for (int i = 0; result == 0 && i < 5; i++)
		if (run_session_attend(waiting->session, true, &err) == 0 ||
		    err.fault != FAULT_NONE)
			break;
	reap(waiting, true);
	if (waiting->session->fd == -1)
		lose(waiting, &err);
}

static void
read_news(struct waiting *waiting)
{
	char why[256], text[512];

	switch (run_session_read(waiting->session, why)) {
	case NEWS_NONE:
		break;
	case NEWS_OVER:
		waiting->over = true;
		snprintf(text, sizeof(text),
		    "%s: the command goes on without credentials", why);
		tell(waiting, text);
		break;
	case NEWS_ENDED:
		waiting->absent = true;
		tell(waiting, "the agent has ended: there are no credentials "
			      "until another one runs");
		break;
	case NEWS_DIED:
		recover(waiting, false);
		break;
	case NEWS_UNKNOWN:
		recover(waiting, true);
		break;
	}
}

static void
look_again(struct waiting *waiting)
{
	struct error err;

	if (run_session_attend(waiting->session, false, &err) == 0)
		waiting->absent = false;
}

static bool
is_looking(const struct waiting *waiting)
{
	return waiting->absent && !waiting->over;
}

/* A person at a terminal wonders why the prompt does not come. */
static bool
is_explaining(const struct waiting *waiting)
{
	return waiting->known && !waiting->explained && isatty(STDERR_FILENO);
}

static int
patience(const struct waiting *waiting)
{
	return is_looking(waiting) || is_explaining(waiting) ? AGAIN_MS : -1;
}

static void
on_time(struct waiting *waiting)
{
	if (is_looking(waiting))
		look_again(waiting);
	if (!is_explaining(waiting))
		return;
	waiting->explained = true;
	tell(waiting, "waiting for what the command has left running");
}

static void
wait_once(struct waiting *waiting, int signals)
{
	struct pollfd fds[3] = {{signals, POLLIN, 0},
	    {waiting->over ? -1 : waiting->session->fd, POLLIN, 0},
	    {waiting->known ? -1 : waiting->child->words, POLLIN, 0}};

	if (poll(fds, 3, patience(waiting)) == 0)
		on_time(waiting);
	if ((fds[0].revents & POLLIN) != 0)
		read_signals(waiting, signals);
	if (fds[1].revents != 0)
		read_news(waiting);
	if (fds[2].revents != 0)
		read_words(waiting);
}

int
run_wait(
    struct run_session *session, const struct run_child *child, bool isolated)
{
	struct waiting waiting = {
	    .session = session, .child = child, .isolated = isolated};
	sigset_t set;
	int signals;

	run_signals(&set);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (child->words != -1)
		fcntl(child->words, F_SETFL, O_NONBLOCK);
	bury(&waiting);
	while (!waiting.alone) {
		wait_once(&waiting, signals);
		bury(&waiting);
	}
	close(signals);
	return waiting.status;
}
