/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/approvals.h"
#include "agent/peer.h"
#include "agent/verbs.h"
#include "base/buffer.h"
#include "base/text.h"

#define GRANT_SECONDS 3600
#define GRANT_MAX (12 * 3600)

/* The request that is meant; NULL: the asker was told why there is none, and is
 * gone. */
static struct approval *
meant(struct asker *asker)
{
	const char *id = message_get(asker_request(asker), "approval");
	struct approval *approval;
	struct error err;

	approval = approvals_find(
	    asker_agent(asker)->approvals, id == NULL ? "" : id, &err);
	if (approval == NULL)
		asker_error(asker, &err);
	return approval;
}

/* As it is now, for whoever decided to see what that was about. */
static void
write_it(struct writing *writing, const struct approval *approval)
{
	struct buffer json = BUFFER(MESSAGE_VALUE_MAX);

	writing_add(writing, "approval", approval->id);
	approval_json(approval, &json);
	if (!buffer_failed(&json))
		writing_add(writing, "json", buffer_text(&json));
	buffer_free(&json);
}

/* Who it was, for the record: nobody in a child session, so it is the user
 * whose agent this is. */
static void
note_approver(struct asker *asker, struct approval *approval)
{
	char text[64];

	snprintf(text, sizeof(text), "self (uid %ld, pid %ld)",
	    (long)geteuid(), (long)peer_pid(asker_fd(asker)));
	free(approval->approver);
	approval->approver = strdup(text);
}

static void
approve(struct asker *asker, const struct config *config)
{
	const struct message *request = asker_request(asker);
	int64_t seconds = message_number(request, "for", GRANT_SECONDS);
	bool once = message_get(request, "once") != NULL;
	struct approval *approval;
	struct writing *writing;
	struct error err;

	(void)config;
	if (seconds < 1 || seconds > GRANT_MAX) {
		error_set(&err, FAULT_USAGE,
		    "a grant is for 1 second to %d hours", GRANT_MAX / 3600);
		error_at(&err, STAGE_POLICY);
		asker_error(asker, &err);
		return;
	}
	if ((approval = meant(asker)) == NULL)
		return;
	writing = asker_writing(asker, "ok");
	writing_number(writing, "seconds", seconds);
	write_it(writing, approval);
	note_approver(asker, approval);
	if (approval_grant(approval, seconds, once, asker, &err) == -1)
		asker_error(asker, &err);
	else
		asker_answer(asker);
}

static void
deny(struct asker *asker, const struct config *config)
{
	struct approval *approval = meant(asker);

	(void)config;
	if (approval == NULL)
		return;
	write_it(asker_writing(asker, "ok"), approval);
	note_approver(asker, approval);
	approval_deny(
	    approval, message_get(asker_request(asker), "reason"), asker);
	asker_answer(asker);
}

/* Who asks may not answer: these are for who is outside. */
const struct verb verb_approve = {.name = "approve",
    .begin = approve,
    .without_config = true,
    .self_only = true};
const struct verb verb_deny = {
    .name = "deny", .begin = deny, .without_config = true, .self_only = true};
