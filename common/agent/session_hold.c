/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <poll.h>
#include <unistd.h>

#include "agent/procchild.h"
#include "agent/procstat.h"
#include "agent/sessions_inner.h"
#include "base/clock.h"

/* Pins first and looks then: what is looked at is what is pinned. */
int
holder_take(struct holder *holder, pid_t pid, uint64_t born)
{
	int pidfd = pid <= 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	uint64_t now = pidfd == -1 ? 0 : procstat_born(pid);

	if (now == 0 || (born != 0 && born != now)) {
		if (pidfd != -1)
			close(pidfd);
		return -1;
	}
	*holder = (struct holder){pid, now, pidfd};
	return 0;
}

bool
holder_is(const struct holder *holder, pid_t pid, uint64_t born)
{
	return holder->pid != 0 && holder->pid == pid && holder->born == born;
}

void
holder_leave(struct holder *holder)
{
	if (holder->pidfd != -1)
		close(holder->pidfd);
	holder->pidfd = -1;
}

static void
forget(struct session *session)
{
	session_file_remove(session);
	session_forget(session);
}

static void
root_gone(void *arg, uint32_t events)
{
	(void)events;
	forget(arg);
}

static bool
is_gone(const struct holder *holder)
{
	struct pollfd one = {holder->pidfd, POLLIN, 0};

	return holder->pidfd == -1 || poll(&one, 1, 0) != 0;
}

/* Who was killed takes along what is in the namespace, but not at once: for a
 * moment that has no leader above it. */
static int
follow_root(struct session *session)
{
	watch_free(session->watch);
	session->watch = NULL;
	if (is_gone(&session->root))
		return -1;
	session->watch = loop_watch(session->sessions->agent->loop,
	    session->root.pidfd, EPOLLIN, root_gone, session, NULL);
	return session->watch == NULL ? -1 : 0;
}

static void
leader_gone(void *arg, uint32_t events)
{
	struct session *session = arg;

	(void)events;
	session_end(session, "its leader has ended");
	if (follow_root(session) == -1)
		forget(session);
	else
		session_file_write(session);
}

int
session_follow(struct session *session)
{
	struct loop *loop = session->sessions->agent->loop;
	int64_t left = session->deadline - clock_unix();

	if (session->leader.pidfd == -1)
		return follow_root(session);
	session->watch = loop_watch(
	    loop, session->leader.pidfd, EPOLLIN, leader_gone, session, NULL);
	if (session->watch == NULL)
		return -1;
	if (session->deadline == 0 || session->over != NULL)
		return 0;
	session->timer =
	    loop_timer(loop, clock_ms() + (left < 0 ? 0 : left) * 1000,
		session_time_is_up, session);
	return session->timer == NULL ? -1 : 0;
}

/* Said again to the agent that comes after one that died. Pinned first, looked
 * at then; one that has ended has taken with it all that it was to be held
 * for. */
int
session_root(struct session *session, pid_t root, struct error *err)
{
	pid_t leader = session->leader.pid;
	pid_t pid = procchild_find(leader, root);
	struct holder found = {.pidfd = -1};

	if (pid == 0)
		return error_set(err, FAULT_USAGE,
		    "process %ld is not the leader's child", (long)root);
	if (session->root.pid != 0 || holder_take(&found, pid, 0) == -1)
		return 0;
	if (procchild_find(leader, root) != pid) {
		holder_leave(&found);
		return 0;
	}
	session->root = found;
	return session_file_write(session) == -1
		   ? error_errno(err, "cannot write a session's file")
		   : 0;
}
