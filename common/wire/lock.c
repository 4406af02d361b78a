/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scoped.h"
#include "wire/lock.h"

#define LOOK_EVERY_US 200000

static void
wake(int number)
{
	(void)number;
}

/*
 * A lock that is asked for again and again loses some askers when an agent is
 * killed under a thousand of them; one that is waited for loses none. Nothing
 * waits for a lock with a time limit, so a timer interrupts it: a repeating
 * one, for the first alarm may come before the wait has begun.
 */
static int
wait_for(int fd, int64_t deadline)
{
	struct itimerval timer = {
	    .it_interval.tv_usec = LOOK_EVERY_US,
	    .it_value.tv_usec = LOOK_EVERY_US,
	};
	struct itimerval timer_before;
	struct sigaction action = {.sa_handler = wake}, action_before;
	sigset_t alarm_only, mask_before;
	int result, saved;

	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigaction(SIGALRM, &action, &action_before);
	sigprocmask(SIG_UNBLOCK, &alarm_only, &mask_before);
	setitimer(ITIMER_REAL, &timer, &timer_before);
	do
		result = flock(fd, LOCK_EX);
	while (result == -1 && errno == EINTR && clock_ms() < deadline);
	saved = errno;
	setitimer(ITIMER_REAL, &timer_before, NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	sigaction(SIGALRM, &action_before, NULL);
	errno = saved;
	return result;
}

int
lock_take(int directory, const char *name, int64_t deadline, struct error *err)
{
	scoped(fd) int fd = openat(
	    directory, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int locked;

	if (fd == -1)
		return error_errno(err, "cannot open '%s'", name);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1 &&
	    wait_for(fd, deadline) == -1) {
		if (errno != EINTR)
			return error_errno(err, "cannot lock '%s'", name);
		return error_set(err, FAULT_NETWORK,
		    "another process has been starting it for too long; try "
		    "again");
	}
	locked = fd;
	fd = -1;
	return locked;
}

int
lock_await(int directory, const char *name, int64_t deadline, struct error *err)
{
	scoped(fd) int fd =
	    openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1)
		return error_errno(err, "cannot open '%s'", name);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK && wait_for(fd, deadline) == 0)
		return 1;
	if (errno != EINTR)
		return error_errno(err, "cannot lock '%s'", name);
	return error_set(
	    err, FAULT_NETWORK, "'%s' is still locked; try again", name);
}
