/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_PROGRAM_MIND_H
#define DAYPASS_BASE_PROGRAM_MIND_H

#include <sys/types.h>

/*
 * In the leader of a process group: runs the program argv[0], whose minder it
 * becomes, and ends as the program ends; but when `parent`, whose child it is,
 * dies first, the whole group is killed: what the program has started would
 * otherwise outlive whoever keeps its deadline. Returns, with errno, only
 * where the program cannot be run.
 */
void program_mind(
    pid_t parent, const char *const *argv, const char *const *environment);

#endif
