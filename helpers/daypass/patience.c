/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "helpers/daypass/patience.h"

static volatile sig_atomic_t caught;

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void catch (int number)
{
	caught = number;
}

static void
handle(void (*handler)(int number))
{
	struct sigaction action = {.sa_handler = handler};

	for (size_t i = 0; i < NUMBERS; i++)
		sigaction(numbers[i], &action, NULL);
}

/* Blocked but while it waits: none slips in before. */
int
patience_poll(struct pollfd *fds, nfds_t count, int64_t ms)
{
	struct timespec time = {.tv_sec = (time_t)(ms / 1000),
	    .tv_nsec = (long)(ms % 1000) * 1000000};
	sigset_t ours, before;
	int result;

	sigemptyset(&ours);
	for (size_t i = 0; i < NUMBERS; i++)
		sigaddset(&ours, numbers[i]);
	sigprocmask(SIG_BLOCK, &ours, &before);
	handle(catch);
	result = ppoll(fds, count, ms < 0 ? NULL : &time, &before);
	handle(SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (caught != 0)
		return -1;
	return result == -1 ? 0 : result;
}

void
patience_end(void)
{
	raise(caught);
	_exit(1);
}
