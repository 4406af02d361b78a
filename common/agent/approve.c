/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/approvals.h"
#include "agent/verbs.h"
#include "base/text.h"

#define GRANT_SECONDS 3600
#define GRANT_MAX (12 * 3600)

/* The request that is meant; NULL: the asker was told that there is none, and
 * is gone. */
static struct approval *
meant(struct asker *asker)
{
	const char *id = message_get(asker_request(asker), "approval");
	struct approval *approval =
	    id == NULL ? NULL
		       : approvals_find(asker_agent(asker)->approvals, id);
	struct error err;

	if (approval != NULL && approval->state == APPROVAL_PENDING)
		return approval;
	error_set(&err, FAULT_USAGE,
	    "there is no request '%.32s' that waits (daypass approvals shows "
	    "them)",
	    id == NULL ? "" : id);
	error_at(&err, STAGE_POLICY);
	asker_error(asker, &err);
	return NULL;
}

static void
approve(struct asker *asker, const struct config *config)
{
	const struct message *request = asker_request(asker);
	int64_t seconds = message_number(request, "for", GRANT_SECONDS);
	struct approval *approval = meant(asker);

	(void)config;
	if (approval == NULL)
		return;
	if (seconds < 1 || seconds > GRANT_MAX)
		seconds = GRANT_MAX;
	writing_number(asker_writing(asker, "ok"), "seconds", seconds);
	approval_grant(
	    approval, seconds, message_get(request, "once") != NULL);
	asker_answer(asker);
}

static void
deny(struct asker *asker, const struct config *config)
{
	struct approval *approval = meant(asker);

	(void)config;
	if (approval == NULL)
		return;
	asker_writing(asker, "ok");
	approval_deny(
	    approval, message_get(asker_request(asker), "reason"));
	asker_answer(asker);
}

/* Who asks may not answer: these are for who is outside. */
const struct verb verb_approve = {.name = "approve",
    .begin = approve,
    .without_config = true,
    .self_only = true};
const struct verb verb_deny = {
    .name = "deny", .begin = deny, .without_config = true, .self_only = true};
