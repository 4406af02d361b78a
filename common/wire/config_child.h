/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_CONFIG_CHILD_H
#define DAYPASS_WIRE_CONFIG_CHILD_H

#include <sys/types.h>

#include <stdbool.h>

/* daypass-config at work: a child of this process. */
struct config_child {
	pid_t pid;
	int output; /* its rows (config/rows.h) can be read here */
};

/*
 * Runs daypass-config, `program`, with this environment. It dies with us, and
 * has no other descriptor of ours than 0 and 2. `user` is the path of the
 * user's file, "" for none; `named` whether $DAYPASS_CONFIG named it. -1: errno
 * says why not; a program that cannot be run shows as a child that exits 127.
 */
int config_child_start(struct config_child *child, const char *program,
    char *const *environment, const char *user, bool named);

#endif
