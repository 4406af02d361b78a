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
	struct credential *credential;
	struct lifetime lifetime;
	int64_t due;   /* clock_ms() at which it is taken back; 0: not ahead
			  of the end */
	bool revoking; /* somebody is taking it back */
};

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/* Can it be taken back, and may it? */
bool ledger_takes(
    const struct step *step, const struct credential *credential);

/* Writes down a copy, if it is one that can and may be revoked. NULL: it is
 * not, or no memory. */
struct ledger_line *ledger_add(struct ledger *ledger, struct road *road,
    size_t step, const struct credential *credential);

/* Strikes out what has expired. */
void ledger_expire(struct ledger *ledger);

/* The lines, for list_each over `link`; and whether there are any. */
struct link *ledger_lines(struct ledger *ledger);
void ledger_strike(struct ledger_line *line);

#endif
