/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_AUDIT_H
#define DAYPASS_AGENT_AUDIT_H

#include "agent/agent.h"
#include "agent/approvals.h"
#include "agent/asker.h"
#include "agent/ledger.h"
#include "agent/list.h"
#include "agent/sessions.h"

/*
 * What was decided, for the sinks of [audit]: docs/audit.md. The agent makes
 * the records, numbers them, and keeps each until daypass-audit, a process of
 * its own that may block, has said that it has it. Nothing here waits for a
 * disk or the network. Where no sink is configured, every call does nothing.
 */
struct audit;

struct audit *audit_new(struct agent *agent); /* NULL: no memory */
void audit_free(struct audit *audit);

/* Follows the configuration, after each reading of it. */
void audit_configure(struct audit *audit, const struct config *config);

/* Counts are written, and the session's last record; whatever is on its way
 * has a moment to arrive. Blocks, for the agent is at its end. */
void audit_finish(struct audit *audit);

/* Where a record is required: can one be written? -1: not now (FAULT_SYSTEM,
 * stage policy), with the sink and its reason. */
int audit_ready(const struct audit *audit, struct error *err);

/* Who waits until every record that was made so far is where it counts. done
 * is called once; err is NULL when they are. */
struct audit_waiter {
	struct link link;
	int64_t number;
	struct timer *timer;
	struct audit *audit;
	void (*done)(struct audit_waiter *waiter, const struct error *err);
};

/* True: it has to wait, and done will be called. False: nothing is required,
 * or nothing is on its way. */
bool audit_wait(struct audit *audit, struct audit_waiter *waiter);
void audit_waiter_cancel(struct audit_waiter *waiter);

/* What happened. */

/* A get sets out on its road: who asks is noted on the road. */
void audit_set_out(struct asker *asker, struct road *road);

/* A step is about to be minted: the processes behind it are looked up now,
 * while they are there. */
void audit_take_off(struct audit *audit, struct road *road);

/* It was minted; what it is gets its digest. `refresh`: ahead of time. -1: a
 * record is required and cannot be kept: nothing may be handed out (*err). */
int audit_minted(struct audit *audit, const struct road *road, size_t step,
    struct credential *credential, bool refresh, struct error *err);
void audit_not_minted(struct audit *audit, const struct road *road, size_t step,
    const struct error *err);

/* A credential goes to a tool. Is counted, if no record tells of it yet. */
void audit_handed_out(struct audit *audit, struct road *road,
    const struct credential *credential);

/* A policy, or daypass itself, said no. `road` may be NULL. */
void audit_denied(
    struct asker *asker, struct road *road, const struct error *err);

/* "requested", "granted", "denied", "expired"; `who` answered it, or NULL. */
void audit_approval(struct audit *audit, struct approval *approval,
    const char *what, struct asker *who);

void audit_revoked(struct audit *audit, const struct ledger_line *line,
    const struct error *err);

/* A child session; `why` it ended, or NULL when it was opened. */
void audit_session(
    struct audit *audit, const struct session *session, const char *why);

/* For status, doctor and `daypass audit`; sinks are not for who is in a child
 * session. */
void audit_json(const struct audit *audit, bool sinks, struct buffer *out);
void audit_tell(const struct audit *audit, struct writing *writing);

#endif
