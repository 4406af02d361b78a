/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ENDING_H
#define DAYPASS_AGENT_ENDING_H

#include "agent/agent.h"
#include "agent/list.h"
#include "base/buffer.h"

/*
 * The end of the session: nobody is admitted any more, flights in the air may
 * land for a moment (what they bring must be revoked as well), then the whole
 * ledger is revoked in parallel, within 5 s in all. Then the memory is wiped
 * and the agent is gone.
 */
struct ending;

/* Who wants to hear what became of it. done is called just before the loop
 * stops. */
struct mourner {
	struct link link;
	void (*done)(struct mourner *mourner, const struct ending *ending);
};
void mourner_cancel(struct mourner *mourner);

/* Begins the end, or joins it. `mourner` may be NULL. */
void ending_begin(struct agent *agent, struct mourner *mourner);

/* Calls revoked for each name that was revoked; expiring for each credential
 * that can only expire, with the audience where it is an id token (else
 * NULL). */
void ending_tell(const struct ending *ending,
    void (*revoked)(void *arg, const char *name),
    void (*expiring)(
	void *arg, const char *name, const char *audience, int64_t expires),
    void *arg);

void ending_free(struct ending *ending);

#endif
