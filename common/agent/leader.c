/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "agent/ending.h"
#include "agent/leader.h"
#include "agent/procstat.h"
#include "base/shortfall.h"
#include "base/text.h"

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
	agent->leader_began = procstat_born(pid);
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
	       (agent->leader_began != 0 &&
		   procstat_born(pid) != agent->leader_began);
}
