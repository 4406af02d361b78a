/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "helpers/daypass/setup_memory.h"
#include "helpers/daypass/setup_plan.h"

/* What is needed to remember the directories of one draft. */
struct making {
	struct setup_plan *plan;
	const struct setup_draft *draft;
};

static const char *
tool_of(const struct setup_plan *plan, const struct setup_draft *draft)
{
	for (size_t i = 0; i < plan->edit_count; i++)
		if (strcmp(plan->edits[i]->file, draft->path) == 0)
			return plan->edits[i]->tool;
	return "";
}

static int
note_directory(void *context, const char *directory, struct error *err)
{
	const struct making *making = context;

	if (setup_plan_add(making->plan,
		&(struct setup_edit){.kind = EDIT_DIRECTORY,
		    .tool = tool_of(making->plan, making->draft),
		    .file = making->draft->path,
		    .what = directory},
		err) == -1)
		return -1;
	making->plan->edits[making->plan->edit_count - 1]->fresh = true;
	return 0;
}

static int
make_directories(struct setup_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->draft_count; i++) {
		const struct setup_draft *draft = plan->drafts[i];
		struct making making = {.plan = plan, .draft = draft};

		if (setup_draft_is_changed(draft) && !draft->existed &&
		    setup_draft_directories(draft->real, plan->system,
			note_directory, &making, err) == -1)
			return -1;
	}
	return 0;
}

/* Everything that can fail for want of room or rights fails here. */
static int
stage_all(struct setup_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->draft_count; i++)
		if (setup_draft_stage(plan->drafts[i], err) == -1)
			return -1;
	return 0;
}

/* Those of which `gone` is so, the inner ones first. Others may have put
 * something in: then they stay. */
static void
remove_directories(const struct setup_plan *plan, bool fresh)
{
	for (size_t i = plan->edit_count; i-- > 0;) {
		const struct setup_edit *edit = plan->edits[i];

		if (edit->kind == EDIT_DIRECTORY &&
		    (fresh ? edit->fresh : edit->gone))
			rmdir(edit->what);
	}
}

static int
place_all(struct setup_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->draft_count; i++)
		if (setup_draft_place(plan->drafts[i], err) == -1)
			return -1;
	return 0;
}

/* What cannot be put back is said together with what went wrong. */
static int
roll_back(struct setup_plan *plan, const char *state, struct error *err)
{
	struct error why;

	for (size_t i = plan->draft_count; i-- > 0;) {
		if (setup_draft_restore(plan->drafts[i], &why) == -1)
			error_in(err, "%s; and", why.text);
		setup_draft_drop(plan->drafts[i]);
	}
	remove_directories(plan, true);
	for (size_t i = 0; i < plan->edit_count; i++)
		plan->edits[i]->gone = plan->edits[i]->fresh;
	setup_memory_write(state, plan, false, &why);
	return -1;
}

static bool
is_idle(const struct setup_plan *plan)
{
	for (size_t i = 0; i < plan->draft_count; i++)
		if (setup_draft_is_changed(plan->drafts[i]))
			return false;
	for (size_t i = 0; i < plan->edit_count; i++)
		if (plan->edits[i]->fresh || plan->edits[i]->gone)
			return false;
	return true;
}

/*
 * In this order, so that a kill at any moment leaves each file old or new, and
 * no change that is not remembered: what is remembered and is not there is
 * simply not found the next time.
 */
int
setup_plan_commit(struct setup_plan *plan, const char *state, struct error *err)
{
	struct error why;

	for (size_t i = 0; i < plan->draft_count; i++)
		setup_draft_clean(plan->drafts[i]->real);
	if (is_idle(plan))
		return 0;
	if (make_directories(plan, err) == -1 ||
	    setup_memory_write(state, plan, true, err) == -1 ||
	    stage_all(plan, err) == -1 || place_all(plan, err) == -1)
		return roll_back(plan, state, err);
	for (size_t i = 0; i < plan->draft_count; i++)
		setup_draft_drop(plan->drafts[i]);
	remove_directories(plan, false);
	/* Not for want of room for this is what was done undone: it would only
	 * be remembered longer than it is there. */
	setup_memory_write(state, plan, false, &why);
	return 0;
}
