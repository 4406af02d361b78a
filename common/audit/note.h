/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_NOTE_H
#define DAYPASS_AUDIT_NOTE_H

#include "audit/event.h"
#include "audit/journal.h"

/* The records that whoever keeps records writes by itself: of what it has found
 * in a file, of what a sink has not got, and of an agent that has died. */

/* Adds dev.daypass.tampered to this turn of the journal. */
int note_tampered(struct journal *journal, const char *source,
    const char *finding, struct error *err);

/* `lost` records of a sink from `since` (unix seconds) on, and why. */
void note_gap(struct event *event, const char *source, const char *sink,
    int64_t lost, int64_t since, const char *why);

/* The agent went away without a word. */
void note_died(struct event *event, const char *source);

#endif
