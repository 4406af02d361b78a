/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ANCESTRY_H
#define DAYPASS_AGENT_ANCESTRY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Who is above a process. Each process on the way is pinned by a pidfd, and
 * when the top is reached all are looked at again: a parent that has changed
 * meanwhile, a process that has died, a number that was given to another one
 * make the whole way worthless.
 */
enum ancestry {
	ANCESTRY_TOP,	 /* nobody is looked for up to the first process */
	ANCESTRY_FOUND,	 /* *found is the nearest one that is */
	ANCESTRY_BROKEN, /* it cannot be told */
};

/*
 * Walks from `pid` up, itself included, to the nearest process for which
 * is_it(arg, pid, born) holds; `born` is its start in clock ticks since boot.
 * `pidfd` pins `pid`, or is -1 where the kernel has none of the socket's.
 */
enum ancestry ancestry_find(pid_t pid, int pidfd,
    bool (*is_it)(void *arg, pid_t pid, uint64_t born), void *arg);

#endif
