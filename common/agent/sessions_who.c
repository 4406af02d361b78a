/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/syscall.h>

#include <errno.h>
#include <unistd.h>

#include "agent/ancestry.h"
#include "agent/peer.h"
#include "agent/sessions_inner.h"
#include "base/scoped.h"

struct looking {
	struct sessions *sessions;
	struct session *found;
};

static bool
leads(void *arg, pid_t pid, uint64_t born)
{
	struct looking *looking = arg;
	struct session *session;

	list_each (session, sessions_all(looking->sessions), link)
		if (holder_is(&session->leader, pid, born) ||
		    holder_is(&session->root, pid, born)) {
			looking->found = session;
			return true;
		}
	return false;
}

int
sessions_hold(struct sessions *sessions, int fd)
{
	int pidfd = sessions_any(sessions) ? peer_pidfd(fd) : -1;

	if (pidfd != PEER_UNHELD || !sessions_any(sessions))
		return pidfd;
	pidfd = (int)syscall(SYS_pidfd_open, peer_pid(fd), 0);
	return pidfd == -1 && errno == ESRCH ? PEER_GONE : pidfd;
}

static int
unknown(struct error *err)
{
	error_set(err, FAULT_REFUSED,
	    "policy: it cannot be told which session this process belongs to, "
	    "and while there are child sessions such a one is given nothing");
	return error_at(err, STAGE_POLICY);
}

int
session_check(const struct session *session, struct error *err)
{
	if (session == NULL || session->over == NULL)
		return 0;
	error_set(err, FAULT_REFUSED,
	    "policy: the session of %s is over: %s; asking again will not help",
	    session->names[0], session->over);
	return error_at(err, STAGE_POLICY);
}

int
sessions_who(struct sessions *sessions, int fd, int held,
    struct session **session, struct error *err)
{
	struct looking looking = {.sessions = sessions};
	scoped(fd) int pidfd = -1;

	*session = NULL;
	if (!sessions_any(sessions))
		return 0;
	if (held == -1)
		held = pidfd = sessions_hold(sessions, fd);
	if (held == PEER_GONE) {
		pidfd = -1; /* nothing to close */
		return unknown(err);
	}
	switch (ancestry_find(peer_pid(fd), held, leads, &looking)) {
	case ANCESTRY_TOP:
		return 0;
	case ANCESTRY_BROKEN:
		return unknown(err);
	case ANCESTRY_FOUND:
		break;
	}
	*session = session_keep(looking.found);
	return session_check(*session, err);
}
