/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scoped.h"
#include "tap.h"
#include "wire/lock.h"

#define NAME "lock"
#define SOON_MS 300
#define LATE_MS 10000

static int directory;

static void
take_away(void)
{
	scoped(fd) int fd = lock_take(directory, NAME, clock_ms() + 1, NULL);

	tap_ok(fd != -1, "a lock that nobody has is taken");
}

/* Somebody who has it for so long. */
static pid_t
holder(int ms)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe(ready) == -1 || (child = fork()) == -1)
		exit(99);
	if (child == 0) {
		if (lock_take(directory, NAME, clock_ms() + 1, NULL) == -1 ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		poll(NULL, 0, ms);
		_exit(0);
	}
	if (read(ready[0], &byte, 1) != 1)
		exit(99);
	close(ready[0]);
	close(ready[1]);
	return child;
}

static void
awaits(void)
{
	struct error err = {.fault = FAULT_NONE};
	pid_t child;

	tap_number(lock_await(directory, "none", clock_ms() + LATE_MS, &err), 0,
	    "no such lock");
	tap_ok(faccessat(directory, "none", F_OK, 0) == -1, "and none is made");
	tap_number(lock_await(directory, NAME, clock_ms() + LATE_MS, &err), 0,
	    "one that nobody has");
	child = holder(SOON_MS);
	tap_number(lock_await(directory, NAME, clock_ms() + LATE_MS, &err), 1,
	    "one that somebody had");
	waitpid(child, NULL, 0);
	take_away();
	child = holder(LATE_MS);
	tap_number(lock_await(directory, NAME, clock_ms() + SOON_MS, &err), -1,
	    "one that somebody keeps");
	tap_ok(err.fault == FAULT_NETWORK, "may be awaited again");
	tap_number(lock_take(directory, NAME, clock_ms() + SOON_MS, &err), -1,
	    "nor is it given to anybody else");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int
main(void)
{
	char path[] = "/tmp/daypass-lock-XXXXXX";

	if (mkdtemp(path) == NULL ||
	    (directory = open(path, O_DIRECTORY | O_CLOEXEC)) == -1)
		return 99;
	take_away();
	awaits();
	unlinkat(directory, NAME, 0);
	close(directory);
	rmdir(path);
	return tap_done();
}
