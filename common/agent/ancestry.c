/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/syscall.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "agent/ancestry.h"
#include "agent/procstat.h"

#define HOPS_MAX 128
#define TRIES 4

/* One process on the way. */
struct hop {
	pid_t pid;
	int pidfd;
	struct procstat stat;
};

struct way {
	struct hop hops[HOPS_MAX];
	size_t count;
};

static bool
lives(const struct hop *hop)
{
	struct pollfd poll_one = {hop->pidfd, POLLIN, 0};

	return poll(&poll_one, 1, 0) == 0;
}

static bool
is_as_before(const struct hop *hop)
{
	struct procstat now;

	return lives(hop) && procstat_read(hop->pid, &now) == 0 &&
	       now.parent == hop->stat.parent && now.born == hop->stat.born;
}

static bool
stands(const struct way *way)
{
	for (size_t i = 0; i < way->count; i++)
		if (!is_as_before(&way->hops[i]))
			return false;
	return true;
}

static void
forget(struct way *way)
{
	while (way->count > 0)
		close(way->hops[--way->count].pidfd);
}

/* Pins first and reads then: what is read is of the process that is pinned,
 * if that still lives afterwards. */
static struct hop *
step(struct way *way, pid_t pid, int pidfd)
{
	struct hop *hop = &way->hops[way->count];

	if (way->count == HOPS_MAX)
		return NULL;
	hop->pidfd = pidfd != -1 ? fcntl(pidfd, F_DUPFD_CLOEXEC, 0)
				 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (hop->pidfd == -1)
		return NULL;
	way->count++;
	hop->pid = pid;
	return procstat_read(pid, &hop->stat) == -1 ? NULL : hop;
}

static enum ancestry
walk(struct way *way, pid_t pid, int pidfd,
    bool (*is_it)(void *arg, pid_t pid, uint64_t born), void *arg)
{
	enum ancestry result = ANCESTRY_TOP;

	while (pid > 0) {
		const struct hop *hop = step(way, pid, pidfd);

		if (hop == NULL)
			return ANCESTRY_BROKEN;
		if (is_it(arg, hop->pid, hop->stat.born)) {
			result = ANCESTRY_FOUND;
			break;
		}
		pid = hop->stat.parent;
		pidfd = -1;
	}
	/* no process at all: it is of another pid namespace */
	return way->count > 0 && stands(way) ? result : ANCESTRY_BROKEN;
}

/* Somebody on the way may just have died in peace: its children have another
 * parent now, and the next try finds that. */
enum ancestry
ancestry_find(pid_t pid, int pidfd,
    bool (*is_it)(void *arg, pid_t pid, uint64_t born), void *arg)
{
	enum ancestry result = ANCESTRY_BROKEN;
	static struct way way; /* large, and there is one thread */

	for (int i = 0; i < TRIES && result == ANCESTRY_BROKEN; i++) {
		result = walk(&way, pid, pidfd, is_it, arg);
		forget(&way);
	}
	return result;
}
