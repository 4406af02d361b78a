/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_PROCCHILD_H
#define DAYPASS_AGENT_PROCCHILD_H

#include <sys/types.h>

/* The child that `parent` knows by `number`: in a pid namespace of its own it
 * counts otherwise than we do (pid_namespaces(7)). 0: it has none such; -1: the
 * kernel does not tell (CONFIG_PROC_CHILDREN). */
pid_t procchild_find(pid_t parent, pid_t number);

#endif
