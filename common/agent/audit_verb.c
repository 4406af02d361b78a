/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/audit.h"
#include "agent/verbs.h"

/* Where records go, and how that is: for `daypass audit`, which reads the
 * first file by itself. Not for who is in a child session. */
static void
begin(struct asker *asker, const struct config *config)
{
	(void)config;
	audit_tell(asker_agent(asker)->audit, asker_writing(asker, "ok"));
	asker_answer(asker);
}

const struct verb verb_audit = {
    .name = "audit", .begin = begin, .self_only = true};
