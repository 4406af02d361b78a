/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "helpers/daypass/setup_whole.h"

int
setup_whole_settle(struct setup_plan *plan, const char *path, const char *what,
    const char *text, bool *put, struct error *err)
{
	struct setup_draft *draft;

	*put = false;
	if (setup_plan_draft(plan, path, false, &draft, err) == -1)
		return -1;
	if (draft->now.length == strlen(text) &&
	    setup_text_at(&draft->now, 0, text)) {
		setup_plan_keep(plan, draft, what);
		return 0;
	}
	if (setup_plan_retract(plan, draft, err) == -1)
		return -1;
	if (draft->now.length > 0) {
		plan->conflict = true;
		return setup_plan_note(plan, NOTE_SKIPPED, path, err,
		    "it is there and not as daypass would write it: move it "
		    "away");
	}
	*put = true;
	return setup_plan_append(plan, draft, what, text, 0, err);
}

int
setup_whole_retract(
    struct setup_plan *plan, const char *path, struct error *err)
{
	struct setup_draft *draft;

	if (!setup_plan_knows(plan, path))
		return 0;
	if (setup_plan_draft(plan, path, false, &draft, err) == -1)
		return -1;
	return setup_plan_retract(plan, draft, err);
}
