/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_LOCK_H
#define DAYPASS_WIRE_LOCK_H

#include <stdint.h>

#include "base/error.h"

/*
 * One starter at a time: waits until the deadline (clock_ms) for the lock on
 * `name` in the open directory. Closing the descriptor gives it back. -1 with
 * errno; EINTR with FAULT_NETWORK: not in time.
 */
int lock_take(
    int directory, const char *name, int64_t deadline, struct error *err);

/* Waits until the deadline for whoever has that lock to be gone. 1: somebody
 * had it; 0: nobody. -1: not in time (FAULT_NETWORK), or with errno. */
int lock_await(
    int directory, const char *name, int64_t deadline, struct error *err);

#endif
