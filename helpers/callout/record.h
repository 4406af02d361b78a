/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_RECORD_H
#define DAYPASS_HELPERS_CALLOUT_RECORD_H

#include "audit/event.h"
#include "helpers/callout/decision.h"

/*
 * The record of a decision (docs/nats.md): a CloudEvent of type
 * dev.daypass.nats.decision. Of the token there is its SHA-256. It always
 * fits; of very many subjects only their number is in it.
 */
void record_make(struct event *event, const char *source,
    const struct decision *decision, int64_t now);

#endif
