/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_RUN_CHILD_H
#define DAYPASS_HELPERS_DAYPASS_RUN_CHILD_H

#include <sys/types.h>

#include <signal.h>
#include <stdbool.h>

#include "helpers/daypass/plan.h"

/* What `daypass run` starts. */
struct run_order {
	char **argv;
	char **environment;
	const struct plan *plan; /* NULL: no isolation */
	bool anyway;		 /* also where a part of it is refused */
	sigset_t mask;		 /* that we were started with */
};

/* What comes up the pipe from an isolated command's first process. */
struct run_word {
	enum { WORD_STOPPED, WORD_ENDED } what;
	int value; /* the signal; the status as of waitpid(2) */
};

struct run_child {
	pid_t pid;   /* of the command, or of the first process above it */
	bool spaces; /* it has namespaces of its own: a word comes */
	int words;   /* the pipe's end; -1: there is none */
	int gate;    /* it waits behind this, with all but the command done */
};

/* Starts it. -1: it cannot be. */
int run_child_start(
    const struct run_order *order, struct run_child *child, struct error *err);

/* Lets the command begin; or (`go` is false) ends and buries what waits. */
void run_child_gate(struct run_child *child, bool go);

/* The signals that are passed on, and the child's. */
void run_signals(sigset_t *set);

/* Becomes the command; 127: there is no such program, 126: it cannot be run,
 * as env(1) has it. */
_Noreturn void run_command(const struct run_order *order);

/* The life of the first process in a pid namespace: it starts the command,
 * buries what dies below it, and ends when nothing is left, or the process
 * behind `above` (a pidfd) is gone, which ends all of the namespace. */
_Noreturn void run_init(const struct run_order *order, int above, int words);

#endif
