/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_PROCSTAT_H
#define DAYPASS_AGENT_PROCSTAT_H

#include <sys/types.h>

#include <stdint.h>

#define PROCSTAT_NAME 64

/* What /proc/PID/stat tells of a process (proc(5)), at this moment. */
struct procstat {
	pid_t parent;
	char state;    /* 'Z', 'X': it has ended */
	uint64_t born; /* its start, in clock ticks since boot: tells it from a
			  later one with its number; 0: of the first process */
	char name[PROCSTAT_NAME]; /* what it calls itself; may hold anything */
};

/* -1: there is no such process, or it cannot be told. */
int procstat_read(pid_t pid, struct procstat *stat);

/* When it started; 0: there is none, or one that has ended. */
uint64_t procstat_born(pid_t pid);

#endif
