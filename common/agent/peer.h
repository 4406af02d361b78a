/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_PEER_H
#define DAYPASS_AGENT_PEER_H

#include <sys/types.h>

/* The process that made a connection, as the kernel noted it then
 * (SO_PEERCRED). 0: it is of another pid namespace, or cannot be told. */
pid_t peer_pid(int fd);

/*
 * The kernel's own hold on it, which is the caller's; PEER_UNHELD: this kernel
 * has none (before Linux 6.5); PEER_GONE: it has, and the process is gone, and
 * its number may be another's by now.
 */
#define PEER_UNHELD (-1)
#define PEER_GONE (-2)
int peer_pidfd(int fd);

#endif
