/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ancestry.h"
#include "agent/procstat.h"
#include "base/scoped.h"
#include "tap.h"

#define DEEP 140 /* more than are followed */

/* Who is looked for, and what to do at the first look: between two looks at a
 * process much may happen. */
static struct {
	pid_t pid;
	uint64_t born;
	pid_t kill_first;
	unsigned looks;
} wanted;

static bool
is_wanted(void *arg, pid_t pid, uint64_t born)
{
	(void)arg;
	if (wanted.looks++ == 0 && wanted.kill_first != 0) {
		kill(wanted.kill_first, SIGKILL);
		poll(NULL, 0, 50);
	}
	return pid == wanted.pid && born == wanted.born;
}

static enum ancestry
find(pid_t from, pid_t who, uint64_t born, pid_t kill_first)
{
	wanted.pid = who;
	wanted.born = born;
	wanted.kill_first = kill_first;
	wanted.looks = 0;
	return ancestry_find(from, -1, is_wanted, NULL);
}

/* Children below each other: the last one's number, and those between. */
static pid_t
line_of(int count, pid_t *between)
{
	int ends[2];
	pid_t last = -1, child;

	if (pipe(ends) == -1)
		exit(99);
	if ((child = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 1; i < count; i++)
			if (fork() != 0)
				pause();
			else
				prctl(PR_SET_PDEATHSIG, SIGKILL);
		last = getpid();
		if (write(ends[1], &last, sizeof(last)) != sizeof(last))
			_exit(1);
		pause();
	}
	close(ends[1]);
	if (read(ends[0], &last, sizeof(last)) != sizeof(last))
		exit(99);
	close(ends[0]);
	*between = child;
	return last;
}

static void
bury(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void
test_found(void)
{
	pid_t child, last = line_of(4, &child);
	uint64_t born = procstat_born(getpid());

	tap_ok(born != 0, "we were born");
	tap_number(find(getpid(), getpid(), born, 0), ANCESTRY_FOUND,
	    "one is found at oneself");
	tap_number(find(last, getpid(), born, 0), ANCESTRY_FOUND,
	    "and by who is four below");
	tap_number(wanted.looks, 5, "one look for each on the way");
	tap_number(find(last, last, procstat_born(last), 0), ANCESTRY_FOUND,
	    "the nearest counts");
	tap_number(find(getpid(), last, procstat_born(last), 0), ANCESTRY_TOP,
	    "who is below is not above");
	tap_number(find(last, getpid(), born + 1, 0), ANCESTRY_TOP,
	    "a number that was another's before is not that one");
	bury(child);
}

static void
test_broken(void)
{
	pid_t child, last = line_of(3, &child);
	uint64_t born = procstat_born(getpid());
	pid_t dead;

	tap_number(find(last, getpid(), born, last), ANCESTRY_BROKEN,
	    "one that dies while it is followed");
	tap_number(
	    find(last, getpid(), born, 0), ANCESTRY_BROKEN, "one that is dead");
	tap_number(find(0, getpid(), born, 0), ANCESTRY_BROKEN,
	    "one of another pid namespace");
	bury(child);
	if ((dead = fork()) == 0)
		_exit(0);
	poll(NULL, 0, 50);
	tap_number(find(dead, getpid(), born, 0), ANCESTRY_BROKEN,
	    "one that is dead and not yet buried");
	waitpid(dead, NULL, 0);
	tap_number(procstat_born(dead), 0, "who is gone was not born");
}

/* Somebody on the way dies: what was below has another parent, who may be
 * anybody's. The second try finds the way as it is now. */
static void
test_orphan(void)
{
	uint64_t born = procstat_born(getpid());
	int ends[2];
	pid_t middle, orphan = -1;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (pipe(ends) == -1 || (middle = fork()) == -1)
		exit(99);
	if (middle == 0) {
		if ((orphan = fork()) == 0) {
			pause();
			_exit(0);
		}
		if (write(ends[1], &orphan, sizeof(orphan)) == -1)
			_exit(1);
		pause();
		_exit(0);
	}
	if (read(ends[0], &orphan, sizeof(orphan)) != sizeof(orphan))
		exit(99);
	signal(SIGCHLD, SIG_IGN); /* nobody has to bury it */
	tap_number(find(orphan, getpid(), born, middle), ANCESTRY_FOUND,
	    "a parent that dies on the way: looked for again");
	tap_ok(wanted.looks > 2, "more than once");
	kill(orphan, SIGKILL);
	signal(SIGCHLD, SIG_DFL);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	close(ends[0]);
	close(ends[1]);
}

static void
test_pidfd(void)
{
	pid_t child, last = line_of(1, &child);
	scoped(fd) int gone = (int)syscall(SYS_pidfd_open, last, 0);

	wanted.kill_first = 0;
	wanted.pid = getpid();
	wanted.born = procstat_born(getpid());
	tap_number(ancestry_find(last, gone, is_wanted, NULL), ANCESTRY_FOUND,
	    "pinned by the kernel's own hold");
	bury(child);
	tap_number(ancestry_find(last, gone, is_wanted, NULL), ANCESTRY_BROKEN,
	    "which knows that it is dead");
}

/* A name may look like what follows it. */
static void
test_name(void)
{
	struct procstat stat = {.parent = -1};

	prctl(PR_SET_NAME, "a) Z 1 2 (b");
	tap_number(procstat_read(getpid(), &stat), 0, "an evil name: read");
	tap_number(stat.parent, getppid(), "its parent");
	tap_is(stat.name, "a) Z 1 2 (b", "and the name itself");
	tap_number(stat.state, 'R', "it runs");
	tap_ok(stat.born != 0 && stat.born == procstat_born(getpid()),
	    "since when");
	tap_number(procstat_read(0, &stat), -1, "nobody has the number 0");
}

static void
test_deep(void)
{
	pid_t child, last = line_of(DEEP, &child);

	tap_number(find(last, getpid(), procstat_born(getpid()), 0),
	    ANCESTRY_BROKEN, "nobody is followed for ever");
	bury(child);
}

int
main(void)
{
	scoped(fd) int self = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (self == -1) {
		tap_skip("no pidfd_open here", "the way up");
		return tap_done();
	}
	test_name();
	test_found();
	test_broken();
	test_orphan();
	test_pidfd();
	test_deep();
	return tap_done();
}
