/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/approvals_inner.h"
#include "base/clock.h"
#include "base/text.h"

static bool
is_meant(const char *id, const char *said)
{
	return strcmp(id, said) == 0 ||
	       (strlen(said) >= APPROVAL_ID_LEAST && text_starts(id, said));
}

static int
too_late(const struct approval *approval, struct error *err)
{
	char until[CLOCK_TEXT];

	return error_set(err, FAULT_REFUSED, "request %s was %s already, %s %s",
	    approval->id,
	    approval->state == APPROVAL_GRANTED ? "approved" : "denied",
	    approval->state == APPROVAL_GRANTED ? "until"
						: "which stands until",
	    clock_rfc3339(approval->expires, until));
}

static int
gone(const struct approvals *approvals, const char *said, struct error *err)
{
	char shown[64];

	for (size_t i = 0; i < PAST_MAX; i++)
		if (approvals->past[i].fate != NULL &&
		    is_meant(approvals->past[i].id, said))
			return error_set(err, FAULT_REFUSED,
			    "request %s is over: %s", approvals->past[i].id,
			    approvals->past[i].fate);
	return error_set(err, FAULT_USAGE,
	    "there is no request '%s' (daypass approvals shows them; the first "
	    "%d letters of one will do)",
	    text_printable(shown, sizeof(shown), said, strlen(said)),
	    APPROVAL_ID_LEAST);
}

struct approval *
approvals_find(
    struct approvals *approvals, const char *id, struct error *err)
{
	struct approval *approval, *found = NULL, *decided = NULL;

	list_each (approval, &approvals->all, link) {
		if (!is_meant(approval->id, id))
			continue;
		if (approval->state != APPROVAL_PENDING) {
			decided = approval;
		} else if (found != NULL) {
			error_set(err, FAULT_USAGE,
			    "'%.8s' may be %s or %s: write more of it", id,
			    found->id, approval->id);
			error_at(err, STAGE_POLICY);
			return NULL;
		} else {
			found = approval;
		}
	}
	if (found != NULL)
		return found;
	if (decided != NULL)
		too_late(decided, err);
	else
		gone(approvals, id, err);
	error_at(err, STAGE_POLICY);
	return NULL;
}
