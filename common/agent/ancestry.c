/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/syscall.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ancestry.h"
#include "base/scoped.h"

#define HOPS_MAX 128
#define TRIES 4

/* One process on the way. */
struct hop {
	pid_t pid;
	pid_t parent;
	uint64_t born;
	int pidfd;
};

struct way {
	struct hop hops[HOPS_MAX];
	size_t count;
};

/* The numbers behind the name in /proc/PID/stat: the name may hold anything,
 * also a parenthesis, so that it ends at the last one. proc(5) counts from 1:
 * the state is the 3rd, the parent the 4th, the start the 22nd. */
static int
read_numbers(const char *stat, struct hop *hop)
{
	const char *at = strrchr(stat, ')');
	char *end;

	if (at == NULL)
		return -1;
	for (int field = 3; field <= 22; field++) {
		if ((at = strchr(at + 1, ' ')) == NULL)
			return -1;
		if (field == 4)
			hop->parent = (pid_t)strtol(at + 1, NULL, 10);
	}
	hop->born = strtoull(at + 1, &end, 10);
	return end == at + 1 ? -1 : 0;
}

static int
look(pid_t pid, struct hop *hop)
{
	char path[64], stat[1024];
	scoped(fd) int fd = -1;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (got = read(fd, stat, sizeof(stat) - 1)) <= 0)
		return -1;
	stat[got] = '\0';
	hop->pid = pid;
	return read_numbers(stat, hop);
}

uint64_t
ancestry_born(pid_t pid)
{
	struct hop hop = {.born = 0};

	return look(pid, &hop) == -1 ? 0 : hop.born;
}

static bool
lives(const struct hop *hop)
{
	struct pollfd poll_one = {hop->pidfd, POLLIN, 0};

	return poll(&poll_one, 1, 0) == 0;
}

static bool
is_as_before(const struct hop *hop)
{
	struct hop now = {.parent = -1};

	return lives(hop) && look(hop->pid, &now) == 0 &&
	       now.parent == hop->parent && now.born == hop->born;
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
	return look(pid, hop) == -1 ? NULL : hop;
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
		if (is_it(arg, hop->pid, hop->born)) {
			result = ANCESTRY_FOUND;
			break;
		}
		pid = hop->parent;
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
