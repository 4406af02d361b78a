/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_COURIER_H
#define DAYPASS_AUDIT_COURIER_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/carrier.h"

/*
 * A process that brings records to one sink, a batch at a time. It may block,
 * crash or hang: what it was given is not forgotten before it has said that
 * the sink has it.
 */
struct courier {
	const struct order *order;
	int fd; /* -1: it does not run */
	int pid;
	bool busy;	  /* it has a batch */
	int64_t deadline; /* clock_ms() at which it must have answered */
	int64_t retry_at; /* clock_ms() before which nothing is tried */
	int64_t backoff;  /* ms */
};

#define COURIER_BATCH (64 * 1024)

void courier_init(struct courier *courier, const struct order *order);
void courier_stop(struct courier *courier);

/* May it be given a batch now? */
bool courier_free(const struct courier *courier);

/* Gives it a batch of lines, starting it if need be. -1: see *err. */
int courier_give(struct courier *courier, const char *lines, size_t length,
    const struct secret *token, struct error *err);

/* What it has to say: 1: the batch was taken; 0: nothing yet; -1: it was not,
 * or the courier died. Then it rests: courier_free() is false for a while. */
int courier_hear(struct courier *courier, struct error *err);

/* It has had its time, and is killed. True: so it was. */
bool courier_late(struct courier *courier, struct error *err);

/* It failed for a reason of ours. */
void courier_rest(struct courier *courier);

#endif
