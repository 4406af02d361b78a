/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_RECORD_H
#define DAYPASS_HELPERS_CALLOUT_RECORD_H

#include "agent/log.h"
#include "base/settings.h"
#include "helpers/callout/decision.h"

/*
 * The records of all decisions: CloudEvents 1.0 in JSON, one a line, of type
 * dev.daypass.nats.decision. Of the token there is its SHA-256. Records are
 * gathered and kept, synced to disk, before the answers that they are of go
 * out.
 */
struct trail;

/* As [audit] says; without it (NULL) to stderr. NULL: FAULT_CONFIG, a file
 * that cannot be opened; FAULT_SYSTEM. `log` is told what cannot be kept. */
struct trail *trail_new(
    const struct settings *audit, struct log *log, struct error *err);
void trail_free(struct trail *trail);

/* Opens its files anew: somebody has moved them away. */
void trail_reopen(struct trail *trail);

/* Adds the record of a decision. */
void trail_add(
    struct trail *trail, const struct decision *decision, int64_t now);

/* Keeps what was added. -1: at least one sink did not take it, and [audit]
 * says that records are required. */
int trail_keep(struct trail *trail);

/* How many records did not get into a sink. */
uint64_t trail_lost(const struct trail *trail);

#endif
