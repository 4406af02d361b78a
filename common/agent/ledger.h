/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LEDGER_H
#define DAYPASS_AGENT_LEDGER_H

#include "agent/agent.h"
#include "agent/lifetime.h"
#include "agent/list.h"
#include "agent/road.h"

/* The revocable credentials that were minted and have not expired, whether
 * the vault still holds them or not. */
struct ledger;

struct ledger_line {
	struct link link;
	struct road *road; /* with its step: how it is revoked */
	size_t step;
	struct credential *credential; /* NULL: it is to be read yet */
	struct secret *unread;	       /* then */
	struct lifetime lifetime;
	int64_t due;   /* clock_ms() at which it is taken back; 0: not ahead
			  of the end */
	bool revoking; /* somebody is taking it back */
};

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/* May what a step makes be taken back, where it can be? And can and may this
 * one? */
bool ledger_may_take(const struct step *step);
bool ledger_takes(const struct step *step, const struct credential *credential);

/*
 * A line to be written on, taken before the mint: what is minted must not be
 * beyond recall for lack of memory. NULL: there is none already. Nobody's
 * until it is written on; ledger_strike() is its end.
 */
struct ledger_line *ledger_blank(struct road *road, size_t step);

/* Writes a copy of what ledger_takes() on a blank, which then is the ledger's.
 * -1: no memory, and the blank is as it was. */
int ledger_write(struct ledger *ledger, struct ledger_line *line,
    const struct credential *credential);

/* Writes down the credential itself, which nobody is to have: it is due, and
 * recall_due() is to be told. Takes both over; cannot fail. */
void ledger_keep(struct ledger *ledger, struct ledger_line *line,
    struct credential *credential);

/* The same with what there was no memory to read. */
void ledger_keep_unread(
    struct ledger *ledger, struct ledger_line *line, struct secret *unread);

/* Is there something to take back? What was not read is, if it can be now. */
bool ledger_read(struct ledger_line *line);

/* Strikes out what has expired. */
void ledger_expire(struct ledger *ledger);

/* The lines, for list_each over `link`; and whether there are any. */
struct link *ledger_lines(struct ledger *ledger);
void ledger_strike(struct ledger_line *line); /* NULL: nothing */

#endif
