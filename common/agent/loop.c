/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/list.h"
#include "agent/loop.h"
#include "base/clock.h"

#define BATCH 64

struct watch {
	struct link link; /* among the dead, once freed */
	struct loop *loop;
	int fd;
	bool dead;
	watch_ready *ready;
	void *arg;
};

struct timer {
	struct link link; /* in order of time */
	int64_t at;
	timer_fired *fired;
	void *arg;
};

struct child_watch {
	struct link link;
	pid_t pid;
	child_exited *exited;
	void *arg;
};

struct loop {
	int epoll;
	int signals;
	struct watch *signal_watch;
	struct link timers;
	struct link children;
	struct link dead; /* watches that an event of this batch may name */
	bool running;
	int status;
	void (*stop)(void *arg);
	void *stop_arg;
	idle_work *idle; /* or NULL */
	void *idle_arg;
	void (*again)(void *arg);
	void *again_arg;
};

static void
signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGINT);
}

void
loop_child_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

/* Children that nobody watches any more are reaped all the same. */
static void
reap(struct loop *loop)
{
	struct child_watch *child;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		list_each (child, &loop->children, link)
			if (child->pid == pid) {
				child_exited *exited = child->exited;
				void *arg = child->arg;

				child_watch_free(child);
				exited(arg, status);
				break;
			}
}

static void
signals_ready(void *arg, uint32_t events)
{
	struct loop *loop = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(loop->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGCHLD)
			reap(loop);
		else if (info.ssi_signo == SIGHUP && loop->again != NULL)
			loop->again(loop->again_arg);
		else if (loop->stop != NULL)
			loop->stop(loop->stop_arg);
}

static int
watch_signals(struct loop *loop, struct error *err)
{
	sigset_t set;

	signal_set(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	loop->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signals == -1)
		return error_errno(err, "signalfd");
	loop->signal_watch =
	    loop_watch(loop, loop->signals, EPOLLIN, signals_ready, loop, err);
	return loop->signal_watch == NULL ? -1 : 0;
}

struct loop *
loop_new(struct error *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop == NULL) {
		error_errno(err, "out of memory");
		return NULL;
	}
	loop->signals = -1;
	loop->running = true;
	list_init(&loop->timers);
	list_init(&loop->children);
	list_init(&loop->dead);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll == -1)
		error_errno(err, "epoll");
	if (loop->epoll == -1 || watch_signals(loop, err) == -1) {
		loop_free(loop);
		return NULL;
	}
	return loop;
}

static void
bury(struct loop *loop)
{
	struct watch *watch;

	list_each (watch, &loop->dead, link) {
		list_remove(&watch->link);
		free(watch);
	}
}

void
loop_free(struct loop *loop)
{
	struct timer *timer;
	struct child_watch *child;

	if (loop == NULL)
		return;
	watch_free(loop->signal_watch);
	bury(loop);
	list_each (timer, &loop->timers, link)
		timer_free(timer);
	list_each (child, &loop->children, link)
		child_watch_free(child);
	if (loop->signals != -1)
		close(loop->signals);
	if (loop->epoll != -1)
		close(loop->epoll);
	free(loop);
}

void
loop_on_signal(struct loop *loop, void (*stop)(void *arg), void *arg)
{
	loop->stop = stop;
	loop->stop_arg = arg;
}

void
loop_on_hangup(struct loop *loop, void (*again)(void *arg), void *arg)
{
	loop->again = again;
	loop->again_arg = arg;
}

/* A timer may free others, or set new ones: always look at the first. */
static void
fire_timers(struct loop *loop)
{
	while (!list_empty(&loop->timers)) {
		struct timer *timer =
		    list_item(loop->timers.next, struct timer, link);
		timer_fired *fired = timer->fired;
		void *arg = timer->arg;

		if (timer->at > clock_ms())
			return;
		timer_free(timer);
		fired(arg);
	}
}

static int
patience(const struct loop *loop)
{
	int64_t left;

	if (loop->idle != NULL)
		return 0;
	if (list_empty(&loop->timers))
		return -1;
	left =
	    list_item(loop->timers.next, struct timer, link)->at - clock_ms();
	if (left < 0)
		return 0;
	/* never so long that a suspended machine oversleeps */
	return left > 60000 ? 60000 : (int)left;
}

static void
work_idly(struct loop *loop)
{
	idle_work *work = loop->idle;

	if (work != NULL && !work(loop->idle_arg) && loop->idle == work)
		loop->idle = NULL;
}

void
loop_when_idle(struct loop *loop, idle_work *work, void *arg)
{
	loop->idle = work;
	loop->idle_arg = arg;
}

int
loop_run(struct loop *loop)
{
	struct epoll_event events[BATCH];

	/* who had ended before the signals were ours to see */
	reap(loop);
	while (loop->running) {
		int count =
		    epoll_wait(loop->epoll, events, BATCH, patience(loop));

		for (int i = 0; i < count; i++) {
			struct watch *watch = events[i].data.ptr;

			if (!watch->dead)
				watch->ready(watch->arg, events[i].events);
		}
		if (count == 0)
			work_idly(loop);
		bury(loop);
		fire_timers(loop);
	}
	return loop->status;
}

void
loop_stop(struct loop *loop, int status)
{
	loop->running = false;
	loop->status = status;
}

struct watch *
loop_watch(struct loop *loop, int fd, uint32_t events, watch_ready *ready,
    void *arg, struct error *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (watch == NULL ||
	    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == -1) {
		error_errno(err, "cannot watch a descriptor");
		free(watch);
		return NULL;
	}
	*watch =
	    (struct watch){.loop = loop, .fd = fd, .ready = ready, .arg = arg};
	return watch;
}

void
watch_events(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	epoll_ctl(watch->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void
watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	epoll_ctl(watch->loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->dead = true;
	list_append(&watch->loop->dead, &watch->link);
}

/* Most timers are set for the same span ahead, so the search from the end is
 * short. */
struct timer *
loop_timer(struct loop *loop, int64_t at, timer_fired *fired, void *arg)
{
	struct timer *timer = calloc(1, sizeof(*timer));
	struct link *after = loop->timers.prev;

	if (timer == NULL)
		return NULL;
	*timer = (struct timer){.at = at, .fired = fired, .arg = arg};
	while (after != &loop->timers &&
	       list_item(after, struct timer, link)->at > at)
		after = after->prev;
	list_append(after->next, &timer->link);
	return timer;
}

void
timer_free(struct timer *timer)
{
	if (timer == NULL)
		return;
	list_remove(&timer->link);
	free(timer);
}

struct child_watch *
loop_child(struct loop *loop, pid_t pid, child_exited *exited, void *arg)
{
	struct child_watch *child = calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	*child = (struct child_watch){.pid = pid, .exited = exited, .arg = arg};
	list_append(&loop->children, &child->link);
	return child;
}

void
child_watch_free(struct child_watch *watch)
{
	if (watch == NULL)
		return;
	list_remove(&watch->link);
	free(watch);
}
