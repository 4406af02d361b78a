/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LOOP_H
#define DAYPASS_AGENT_LOOP_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* One epoll loop: descriptors, timers, signals, children. Everything in the
 * agent is called from it, and nothing that it calls may block. */
struct loop;

struct loop *loop_new(struct error *err);
void loop_free(struct loop *loop);

/* Until loop_stop, which may have come before. Returns its status. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop, int status);

/* Calls ready(arg, events) while fd has any of `events` (EPOLLIN, EPOLLOUT).
 * The descriptor stays the caller's; free the watch before closing it. */
struct watch;
typedef void watch_ready(void *arg, uint32_t events);
struct watch *loop_watch(struct loop *loop, int fd, uint32_t events,
    watch_ready *ready, void *arg, struct error *err);
void watch_events(struct watch *watch, uint32_t events);
void watch_free(struct watch *watch);

/* Calls fired(arg) once at clock_ms() >= at; the timer is gone then. NULL: no
 * memory. */
struct timer;
typedef void timer_fired(void *arg);
struct timer *loop_timer(
    struct loop *loop, int64_t at, timer_fired *fired, void *arg);
void timer_free(struct timer *timer);

/* Calls exited(arg, status) once when the child has ended, with its wait
 * status. */
struct child_watch;
typedef void child_exited(void *arg, int status);
struct child_watch *loop_child(
    struct loop *loop, pid_t pid, child_exited *exited, void *arg);
void child_watch_free(struct child_watch *watch);

/* Calls work(arg) whenever there is nothing else to do, until it returns
 * false. It takes the place of such work that was not done yet. */
typedef bool idle_work(void *arg);
void loop_when_idle(struct loop *loop, idle_work *work, void *arg);

/* SIGTERM, SIGHUP or SIGINT arrived. */
void loop_on_signal(struct loop *loop, void (*stop)(void *arg), void *arg);

/* SIGHUP is not to stop, but to call this. */
void loop_on_hangup(struct loop *loop, void (*again)(void *arg), void *arg);

/* In a forked child, before anything else: normal signals again. */
void loop_child_signals(void);

#endif
