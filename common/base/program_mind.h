/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_PROGRAM_MIND_H
#define DAYPASS_BASE_PROGRAM_MIND_H

#include <sys/types.h>

/*
 * In the leader of a process group that is about to become a program: forks,
 * and returns in the child, which becomes it. The leader stays behind as its
 * minder and ends as the program ends; but when `parent`, whose child it is,
 * dies first, the whole group is killed: what the program has started would
 * otherwise outlive whoever keeps its deadline. -1: could not fork.
 */
int program_mind(pid_t parent);

#endif
