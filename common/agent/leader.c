/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ending.h"
#include "agent/leader.h"
#include "base/scoped.h"
#include "base/shortfall.h"
#include "base/text.h"

#define STARTTIME 22 /* which field it is, proc(5) */

/* The rest of /proc/PID/stat from its state, the third field, on; NULL. */
static const char *
stat_of(pid_t pid, char *text, size_t size)
{
	scoped(fd) int fd = -1;
	const char *state;
	ssize_t got;

	snprintf(text, size, "/proc/%d/stat", (int)pid);
	if ((fd = open(text, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (got = read(fd, text, size - 1)) <= 0)
		return NULL;
	text[got] = '\0';
	/* the name before it may hold anything */
	state = strrchr(text, ')');
	return state != NULL && state[1] == ' ' ? state + 2 : NULL;
}

/* When a process began, in ticks since boot, by which it is told from a later
 * one with its number; -1: it has ended, or that is not known. */
static int64_t
began(pid_t pid)
{
	char text[1024];
	const char *at = stat_of(pid, text, sizeof(text));

	if (at == NULL || *at == 'Z' || *at == 'X')
		return -1;
	for (int field = 3; field < STARTTIME; field++)
		if ((at = strchr(at, ' ')) == NULL)
			return -1;
		else
			at++;
	return strtoll(at, NULL, 10);
}

static void
gone(void *arg, uint32_t events)
{
	struct agent *agent = arg;

	(void)events;
	watch_free(agent->leader_watch);
	agent->leader_watch = NULL;
	ending_begin(agent, NULL);
}

static bool
is_there(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

static void
look_for(struct agent *agent, pid_t pid)
{
	shortfall_note(SHORTFALL_PIDFD);
	agent->leaderless = !is_there(pid);
	if (agent->leaderless)
		return;
	agent->leader_pid = pid;
	agent->leader_began = began(pid);
}

void
leader_follow(struct agent *agent, const char *setting)
{
	int64_t pid = setting == NULL ? -1 : text_number(setting, INT_MAX);

	agent->leaderless = false;
	if (agent->leader_watch != NULL || agent->leader_pid != 0 || pid <= 0 ||
	    agent->once)
		return;
	agent->leader = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (agent->leader != -1)
		agent->leader_watch = loop_watch(
		    agent->loop, agent->leader, EPOLLIN, gone, agent, NULL);
	else if (errno == ESRCH)
		agent->leaderless = true;
	else
		look_for(agent, (pid_t)pid);
}

bool
leader_is_looked_for(const struct agent *agent)
{
	return agent->leader_pid != 0;
}

bool
leader_is_gone(const struct agent *agent)
{
	pid_t pid = agent->leader_pid;

	if (pid == 0)
		return false;
	return !is_there(pid) ||
	       (agent->leader_began != -1 && began(pid) != agent->leader_began);
}
