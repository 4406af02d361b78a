/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_HOLD_H
#define DAYPASS_WIRE_HOLD_H

#include "base/error.h"

/*
 * The mark that `daypass end --hold` leaves in the runtime directory: while it
 * is there, nobody starts an agent. Each takes the directory's descriptor.
 */
#define HOLD_NAME "hold"

/* Locked (flock) by an agent from the beginning of its end until it is gone. */
#define ENDING_NAME "ending"

/* -1 (FAULT_REFUSED): the mark is there. */
int hold_check(int directory, struct error *err);

int hold_set(int directory, struct error *err);

/* 0 also when it is not there. */
int hold_clear(int directory, struct error *err);

#endif
