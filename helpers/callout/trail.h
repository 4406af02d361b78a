/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_TRAIL_H
#define DAYPASS_HELPERS_CALLOUT_TRAIL_H

#include "agent/log.h"
#include "base/settings.h"
#include "helpers/callout/decision.h"

/*
 * Where the records of all decisions go. They are gathered, and kept before
 * the answers that they are of go out: sealed into the first file, synced, and
 * from there to the other sinks. The chain, and what several services do with
 * one file, is that of audit/journal.h; docs/audit.md says what it proves.
 * Without a file the chain begins with the service.
 */
struct trail;

/* As [audit] says; without it (NULL) to stderr. NULL: FAULT_CONFIG, a file
 * that cannot be written; FAULT_SYSTEM. `log` is told what cannot be kept. */
struct trail *trail_new(
    const struct settings *audit, struct log *log, struct error *err);
void trail_free(struct trail *trail);

/* Somebody has moved its files away, and that is well. */
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
