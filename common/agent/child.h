/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_CHILD_H
#define DAYPASS_AGENT_CHILD_H

#include <sys/types.h>

#include "agent/mint.h"

/*
 * The child's end of a mint: straight-line code that may block. Reads what it
 * needs and may not inherit (the vault reads as zeroes here) from `input`,
 * runs the step, and writes to `output`: messages `at` (what it is doing)
 * while it works, at last `ok` with a credential's block behind it, or
 * `error`. Never returns.
 */
void child_main(const struct mint_order *order, pid_t parent, int input,
    int output) __attribute__((noreturn));

/* What `input`, one of a pair of sockets, carries: the block of surroundings
 * of an identity, or of the credential of an exchange. Does not block. -1: too
 * large. */
int child_brief(const struct mint_order *order, int input, struct error *err);

#define CHILD_REPORT_MAX (CREDENTIAL_MAX + 16 * 1024)

#endif
