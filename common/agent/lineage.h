/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LINEAGE_H
#define DAYPASS_AGENT_LINEAGE_H

#include <sys/types.h>

/*
 * The process behind a request and those above it, for a record: up to
 * LINEAGE_HOPS, but not the first process of the system. An array of
 * {"pid","comm","exe"}, from malloc(); NULL: there is nothing to tell. It is
 * what was so at this moment; `comm` is what a process calls itself.
 */
#define LINEAGE_HOPS 8

char *lineage_json(pid_t pid);

#endif
