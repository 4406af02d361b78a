/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_ISOLATE_H
#define DAYPASS_HELPERS_DAYPASS_ISOLATE_H

#include <sys/types.h>

#include <stdbool.h>

#include "helpers/daypass/plan.h"

/*
 * Isolation, from what the kernel gives an ordinary user. It is made of parts,
 * each of which works or is refused; threat-model.md says what each is for.
 */

/* How a part went. `why` is NULL where all is well, else a sentence: of what
 * was refused, or (`good`) of what an older kernel does not have. */
typedef void isolate_tell(
    void *arg, const char *part, bool good, const char *why);

/*
 * fork(), with the child as the first process of namespaces of its own. Where
 * the kernel refuses them and `anyway`, an ordinary child. In the child 0;
 * -1: none was made, *err says why and the way out.
 */
pid_t isolate_fork(bool anyway, bool *spaces, struct error *err);

/*
 * In the child, before it runs anything. Does every part, or up to the first
 * one that is refused, unless `anyway`. `spaces`: as isolate_fork() said. -1:
 * one was refused.
 */
int isolate(const struct plan *plan, bool spaces, bool anyway,
    isolate_tell *tell, void *arg);

/* The parts. -1: refused; 1: this kernel has less than it would take. */
typedef int isolate_part(const struct plan *plan, struct error *err);
isolate_part isolate_ids;	   /* who we are inside */
isolate_part isolate_mounts;	   /* what cannot be read or written */
isolate_part isolate_terminals;	   /* those of others */
isolate_part isolate_proc;	   /* the processes that can be seen */
isolate_part isolate_directory;	   /* the one that we stand in */
isolate_part isolate_capabilities; /* none are left */
isolate_part isolate_privileges;   /* and none are gained */
isolate_part isolate_landlock;	   /* sockets without a path, signals */
isolate_part isolate_calls;	   /* those that type for us, and keys */

/* Tries the parts in a child that ends at once. -1: one was refused. */
int isolate_try(const struct plan *plan, isolate_tell *tell, void *arg);

#endif
