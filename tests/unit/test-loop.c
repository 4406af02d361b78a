/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/loop.h"
#include "base/clock.h"
#include "tap.h"

static struct loop *loop;
static char called[64]; /* what was called, one letter each */
static char letters[] = "abcdefghijklmnopqrstuvwxyz";
#define LETTER(c) (&letters[(c) - 'a'])

static void
note(char letter)
{
	size_t length = strlen(called);

	if (length < sizeof(called) - 1)
		called[length] = letter;
}

static void
stop(void *arg)
{
	(void)arg;
	loop_stop(loop, 3);
}

static void
anew(void)
{
	struct error err = {.fault = FAULT_NONE};

	loop_free(loop);
	loop = loop_new(&err);
	if (loop == NULL) {
		printf("Bail out! %s\n", err.text);
		exit(99);
	}
}

/* Runs the loop, but not for ever. One that has been stopped stays so: the
 * next run has another. */
static int
run(void)
{
	int status;

	loop_timer(loop, clock_ms() + 10000, stop, NULL);
	status = loop_run(loop);
	anew();
	return status;
}

static void
note_arg(void *arg)
{
	note(*(const char *)arg);
}

static void
test_timers(void)
{
	int64_t now = clock_ms();
	struct timer *none;

	memset(called, 0, sizeof(called));
	loop_timer(loop, now + 60, note_arg, LETTER('d'));
	loop_timer(loop, now + 20, note_arg, LETTER('b'));
	none = loop_timer(loop, now + 30, note_arg, LETTER('x'));
	loop_timer(loop, now - 100, note_arg, LETTER('a'));
	loop_timer(loop, now + 20, note_arg, LETTER('c'));
	loop_timer(loop, now + 80, stop, NULL);
	timer_free(none);
	timer_free(NULL);
	tap_number(run(), 3, "the status that it was stopped with");
	tap_is(called, "abcd", "timers fire in order of time");
	tap_ok(clock_ms() - now >= 80 && clock_ms() - now < 5000,
	    "not before their time");
}

static struct timer *victim;

static void
free_victim(void *arg)
{
	(void)arg;
	timer_free(victim);
	loop_timer(loop, clock_ms(), note_arg, LETTER('n'));
	loop_timer(loop, clock_ms() + 20, stop, NULL);
}

static void
test_timers_that_change(void)
{
	memset(called, 0, sizeof(called));
	loop_timer(loop, clock_ms(), free_victim, NULL);
	victim = loop_timer(loop, clock_ms(), note_arg, LETTER('x'));
	run();
	tap_is(called, "n", "a timer may free another and set a new one");
}

static struct watch *watch;
static int ends[2];

static void
read_one(void *arg, uint32_t events)
{
	char c;

	(void)arg;
	if ((events & EPOLLIN) != 0 && read(ends[0], &c, 1) == 1)
		note(c);
	else
		note('.');
	if ((events & EPOLLIN) == 0 || called[0] == 'q') {
		watch_free(watch);
		loop_stop(loop, 0);
	}
}

static void
test_watching(void)
{
	struct error err = {.fault = FAULT_NONE};

	memset(called, 0, sizeof(called));
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1 ||
	    write(ends[1], "abc", 3) != 3)
		tap_ok(false, "a pipe");
	watch = loop_watch(loop, ends[0], EPOLLIN, read_one, NULL, &err);
	tap_ok(watch != NULL, "a descriptor is watched %s", err.text);
	close(ends[1]);
	tap_number(run(), 0, "until its other end is closed");
	tap_is(called, "abc.", "and read byte by byte");
	close(ends[0]);
	tap_ok(loop_watch(loop, ends[0], EPOLLIN, read_one, NULL, &err) == NULL,
	    "a closed one cannot be watched");
	tap_number(err.fault, FAULT_SYSTEM, "and it says so");
}

static struct watch *both[2];
static int pairs[2][2];

/* Whichever comes first frees the other, whose event may lie in the batch. */
static void
free_both(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	note('f');
	watch_free(both[0]);
	watch_free(both[1]);
	loop_timer(loop, clock_ms() + 30, stop, NULL);
}

static void
test_freeing_others(void)
{
	memset(called, 0, sizeof(called));
	for (int i = 0; i < 2; i++) {
		if (pipe2(pairs[i], O_CLOEXEC) == -1 ||
		    write(pairs[i][1], "x", 1) != 1)
			tap_ok(false, "a pipe");
		both[i] = loop_watch(
		    loop, pairs[i][0], EPOLLIN, free_both, NULL, NULL);
	}
	run();
	tap_is(called, "f", "a watch that was freed is not called");
	for (int i = 0; i < 2; i++) {
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
	watch_free(NULL);
}

static void
writable(void *arg, uint32_t events)
{
	(void)arg;
	note((events & EPOLLOUT) != 0 ? 'w' : '?');
	watch_free(watch);
	loop_stop(loop, 0);
}

static void
test_events(void)
{
	memset(called, 0, sizeof(called));
	if (pipe2(ends, O_CLOEXEC) == -1)
		tap_ok(false, "a pipe");
	watch = loop_watch(loop, ends[1], 0, writable, NULL, NULL);
	watch_events(watch, EPOLLOUT);
	run();
	tap_is(called, "w", "what is waited for can change");
	close(ends[0]);
	close(ends[1]);
}

static int exit_status;

static void
ended(void *arg, int status)
{
	note(*(const char *)arg);
	exit_status = status;
	loop_stop(loop, 0);
}

/* A child that ends as it is told, with normal signals. */
static pid_t
start(int code)
{
	pid_t pid = fork();
	sigset_t set;

	if (pid != 0)
		return pid;
	loop_child_signals();
	sigprocmask(SIG_BLOCK, NULL, &set);
	_exit(sigismember(&set, SIGTERM) || sigismember(&set, SIGCHLD) ? 99
								       : code);
}

static void
test_children(void)
{
	struct child_watch *forgotten;
	pid_t pid;

	memset(called, 0, sizeof(called));
	loop_child(loop, start(7), ended, LETTER('c'));
	tap_number(run(), 0, "a child is waited for");
	tap_ok(WIFEXITED(exit_status) && WEXITSTATUS(exit_status) == 7,
	    "its status is told");
	tap_is(called, "c", "once");
	pid = start(0);
	forgotten = loop_child(loop, pid, ended, LETTER('x'));
	child_watch_free(forgotten);
	child_watch_free(NULL);
	loop_timer(loop, clock_ms() + 200, stop, NULL);
	run();
	tap_is(called, "c", "one that was forgotten is not told of");
	tap_number(waitpid(pid, NULL, WNOHANG), -1, "but it is reaped");
}

/* One that ended before its end could be noticed. */
static void
test_early_end(void)
{
	siginfo_t info;
	pid_t pid;

	memset(called, 0, sizeof(called));
	loop_child_signals();
	pid = start(0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	anew();
	loop_child(loop, pid, ended, LETTER('e'));
	loop_timer(loop, clock_ms() + 200, stop, NULL);
	run();
	tap_is(called, "e", "one that ended before the loop is told of");
}

static int pieces;

static bool
work(void *arg)
{
	note(*(const char *)arg);
	return --pieces > 0;
}

static void
stop_watching(void *arg)
{
	watch_free(watch);
	stop(arg);
}

static void
test_idle(void)
{
	memset(called, 0, sizeof(called));
	pieces = 3;
	loop_when_idle(loop, work, LETTER('i'));
	loop_timer(loop, clock_ms() + 50, note_arg, LETTER('t'));
	loop_timer(loop, clock_ms() + 60, stop, NULL);
	run();
	tap_is(called, "iiit", "idle work is done at once, until it is done");
	memset(called, 0, sizeof(called));
	pieces = 2;
	if (pipe2(ends, O_CLOEXEC) == -1 || write(ends[1], "rr", 2) != 2)
		tap_ok(false, "a pipe");
	watch = loop_watch(loop, ends[0], EPOLLIN, read_one, NULL, NULL);
	loop_when_idle(loop, work, LETTER('x'));
	loop_when_idle(loop, work, LETTER('i'));
	loop_timer(loop, clock_ms() + 60, stop_watching, NULL);
	run();
	tap_is(called, "rrii", "not before what there is to do");
	close(ends[0]);
	close(ends[1]);
}

static void
send_signal(void *arg)
{
	kill(getpid(), *(const int *)arg);
}

static void
signalled(void *arg)
{
	note(*(const char *)arg);
	loop_stop(loop, 0);
}

static void
test_signals(void)
{
	static int signals[] = {SIGTERM, SIGHUP, SIGINT};

	memset(called, 0, sizeof(called));
	for (size_t i = 0; i < 3; i++) {
		loop_on_signal(loop, signalled, LETTER('s'));
		loop_timer(loop, clock_ms(), send_signal, &signals[i]);
		tap_number(run(), 0, "signal %d", signals[i]);
	}
	tap_is(called, "sss", "each is told");
	if (pipe2(ends, O_CLOEXEC) == 0 && close(ends[0]) == 0)
		tap_ok(write(ends[1], "x", 1) == -1,
		    "a broken pipe is an error and no signal");
	close(ends[1]);
}

int
main(void)
{
	anew();
	loop_stop(loop, 7);
	tap_number(run(), 7, "one that was stopped before does not run");
	test_timers();
	test_timers_that_change();
	test_watching();
	test_freeing_others();
	test_events();
	test_children();
	test_early_end();
	test_idle();
	test_signals();
	loop_timer(loop, clock_ms() + 1000, stop, NULL);
	loop_child(loop, 1, ended, LETTER('x'));
	loop_free(loop);
	loop_free(NULL);
	return tap_done();
}
