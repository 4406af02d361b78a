/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "helpers/daypass/setup_json.h"
#include "helpers/daypass/setup_member.h"
#include "helpers/daypass/setup_plan.h"

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

void
setup_plan_free(struct setup_plan *plan)
{
	for (size_t i = 0; i < plan->draft_count; i++)
		setup_draft_free(plan->drafts[i]);
	for (size_t i = 0; i < plan->edit_count; i++)
		setup_edit_free(plan->edits[i]);
	for (size_t i = 0; i < plan->note_count; i++) {
		free(plan->notes[i].file);
		free(plan->notes[i].text);
	}
	free(plan->drafts);
	free(plan->edits);
	free(plan->notes);
	*plan = (struct setup_plan){.tool = NULL};
}

/* Room for one more. */
static int
grow(void **list, size_t count, size_t size, struct error *err)
{
	void *larger = reallocarray(*list, count + 1, size);

	if (larger == NULL)
		return no_memory(err);
	*list = larger;
	return 0;
}

/* The same file by another name: one link may lead to the other. */
static struct setup_draft *
find_same(const struct setup_plan *plan, const struct setup_draft *draft)
{
	for (size_t i = 0; i < plan->draft_count; i++) {
		struct setup_draft *each = plan->drafts[i];

		if (each->existed && draft->existed &&
		    each->st.st_dev == draft->st.st_dev &&
		    each->st.st_ino == draft->st.st_ino)
			return each;
	}
	return NULL;
}

int
setup_plan_draft(struct setup_plan *plan, const char *path, bool json,
    struct setup_draft **draft, struct error *err)
{
	struct setup_draft *other;

	for (size_t i = 0; i < plan->draft_count; i++)
		if (strcmp(plan->drafts[i]->path, path) == 0) {
			*draft = plan->drafts[i];
			(*draft)->json |= json;
			return 0;
		}
	if (grow((void **)&plan->drafts, plan->draft_count,
		sizeof(*plan->drafts), err) == -1 ||
	    setup_draft_open(path, draft, err) == -1)
		return -1;
	if ((other = find_same(plan, *draft)) != NULL) {
		setup_draft_free(*draft);
		*draft = other;
		other->json |= json;
		return 0;
	}
	(*draft)->json = json;
	(*draft)->ini = plan->ini;
	if (plan->system)
		(*draft)->mode = 0644;
	plan->drafts[plan->draft_count++] = *draft;
	return 0;
}

int
setup_plan_add(
    struct setup_plan *plan, const struct setup_edit *values, struct error *err)
{
	struct setup_edit *edit;

	if (grow((void **)&plan->edits, plan->edit_count, sizeof(*plan->edits),
		err) == -1)
		return -1;
	if ((edit = setup_edit_new(values)) == NULL)
		return no_memory(err);
	plan->edits[plan->edit_count++] = edit;
	return 0;
}

static bool
is_of(const struct setup_plan *plan, const struct setup_edit *edit,
    const struct setup_draft *draft)
{
	return !edit->gone && strcmp(edit->tool, plan->tool) == 0 &&
	       strcmp(edit->file, draft->path) == 0;
}

bool
setup_plan_keep(
    struct setup_plan *plan, const struct setup_draft *draft, const char *what)
{
	bool known = false;

	for (size_t i = 0; i < plan->edit_count; i++) {
		struct setup_edit *edit = plan->edits[i];

		if (is_of(plan, edit, draft) && !setup_edit_is_ground(edit) &&
		    strcmp(edit->what, what) == 0)
			edit->kept = known = true;
	}
	return known;
}

bool
setup_plan_knows(const struct setup_plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->edit_count; i++)
		if (!plan->edits[i]->gone &&
		    strcmp(plan->edits[i]->tool, plan->tool) == 0 &&
		    strcmp(plan->edits[i]->file, path) == 0)
			return true;
	return false;
}

/* 1: another file, which this one is for, is still in use. */
static int
is_needed(
    struct setup_plan *plan, const struct setup_edit *edit, struct error *err)
{
	struct setup_draft *other;

	if (edit->kind != EDIT_LINES || edit->inside[0] == '\0')
		return 0;
	if (setup_plan_draft(plan, edit->inside, false, &other, err) == -1)
		return -1;
	return other->now.length > 0;
}

/* One edit back. What is not as we left it stays, and is forgotten. */
static int
take_back(struct setup_plan *plan, struct setup_edit *edit,
    struct setup_draft *draft, struct error *err)
{
	int needed = is_needed(plan, edit, err);

	edit->gone = true;
	if (needed != 0)
		return needed == 1 ? 0 : -1;
	switch (setup_edit_undo(edit, &draft->now, err)) {
	case UNDO_FAILED:
		return -1;
	case UNDO_CHANGED:
		plan->conflict = true;
		return setup_plan_note(plan, NOTE_LEFT, draft->path, err,
		    "%s was changed since, and stays: take it out by hand",
		    edit->what);
	case UNDO_DONE:
		if (!setup_edit_is_ground(edit))
			return setup_plan_note(plan, NOTE_CHANGE, draft->path,
			    err, "took out %s", edit->what);
		return 0;
	default:
		return 0;
	}
}

static bool
is_kept(const struct setup_plan *plan, const struct setup_draft *draft)
{
	for (size_t i = 0; i < plan->edit_count; i++)
		if (is_of(plan, plan->edits[i], draft) &&
		    (plan->edits[i]->kept || plan->edits[i]->fresh))
			return true;
	return false;
}

/* The ground that an edit stands on goes in its turn where all goes: offsets
 * are right then. setup_plan_settle() looks after what is left of it. */
static bool
is_to_go(const struct setup_edit *edit, bool all)
{
	if (edit->kept || edit->fresh)
		return false;
	return !setup_edit_is_ground(edit) ||
	       (all && edit->kind != EDIT_CREATED &&
		   edit->kind != EDIT_DIRECTORY);
}

int
setup_plan_retract(
    struct setup_plan *plan, struct setup_draft *draft, struct error *err)
{
	bool all = !is_kept(plan, draft);

	for (size_t i = plan->edit_count; i-- > 0;) {
		struct setup_edit *edit = plan->edits[i];

		if (is_of(plan, edit, draft) && is_to_go(edit, all) &&
		    take_back(plan, edit, draft, err) == -1)
			return -1;
	}
	return 0;
}

int
setup_plan_put(struct setup_plan *plan, struct setup_draft *draft,
    const struct setup_edit *values, struct error *err)
{
	struct setup_edit edit = *values;

	edit.tool = plan->tool;
	edit.file = draft->path;
	if (setup_text_splice(&draft->now, edit.at, strlen(edit.old), edit.new,
		strlen(edit.new), err) == -1)
		return -1;
	if (setup_plan_add(plan, &edit, err) == -1)
		return -1;
	plan->edits[plan->edit_count - 1]->fresh = true;
	return 0;
}

/* A file that is not there is made, and that is remembered before all else. */
static int
begin_file(
    struct setup_plan *plan, struct setup_draft *draft, struct error *err)
{
	struct setup_edit created = {
	    .kind = EDIT_CREATED, .old = "", .new = ""};

	for (size_t i = 0; i < plan->edit_count; i++)
		if (plan->edits[i]->kind == EDIT_CREATED &&
		    !plan->edits[i]->gone &&
		    strcmp(plan->edits[i]->file, draft->path) == 0)
			return 0;
	if (draft->existed)
		return 0;
	return setup_plan_put(plan, draft, &created, err);
}

/* What has to stand between the text and lines behind it: its last line may
 * have no end, or half of one, or a backslash there, which to git goes on with
 * the next line. */
static void
fill_gap(const struct setup_text *text, char gap[8])
{
	const char *newline = setup_text_newline(text);
	size_t end = text->length;
	char last = end > 0 ? text->bytes[end - 1] : '\n';
	bool goes_on;

	if (end > 0 && text->bytes[end - 1] == '\n')
		end--;
	if (end > 0 && text->bytes[end - 1] == '\r')
		end--;
	goes_on = end > 0 && text->bytes[end - 1] == '\\';
	snprintf(gap, 8, "%s%s",
	    last == '\n'   ? ""
	    : last == '\r' ? "\n"
			   : newline,
	    goes_on ? newline : "");
}

int
setup_plan_append(struct setup_plan *plan, struct setup_draft *draft,
    const char *what, const char *lines, size_t head, struct error *err)
{
	struct setup_text *text = &draft->now;
	struct setup_edit edit = {.kind = EDIT_NEWLINE, .old = ""};
	char gap[8];

	if (begin_file(plan, draft, err) == -1)
		return -1;
	fill_gap(text, gap);
	edit.new = gap;
	if (gap[0] != '\0') {
		edit.at = text->length;
		if (setup_plan_put(plan, draft, &edit, err) == -1)
			return -1;
	}
	edit = (struct setup_edit){.kind = EDIT_LINES,
	    .what = what,
	    .old = "",
	    .new = lines,
	    .at = text->length,
	    .head = head};
	return setup_plan_put(plan, draft, &edit, err);
}

int
setup_plan_depend(struct setup_plan *plan, const char *path, struct error *err)
{
	struct setup_edit *last = plan->edits[plan->edit_count - 1];
	char *copy = strdup(path);

	if (copy == NULL)
		return no_memory(err);
	free((char *)last->inside);
	last->inside = copy;
	return 0;
}

static int
put_member(struct setup_plan *plan, struct setup_draft *draft,
    enum setup_edit_kind kind, const char *inside, const char *name,
    const char *value, struct error *err)
{
	struct setup_edit edit = {.kind = kind, .what = name, .inside = inside};
	int result =
	    setup_member_plan(&draft->now, inside, name, value, &edit, err);

	if (result == 0)
		result = setup_plan_put(plan, draft, &edit, err);
	free((char *)edit.old);
	free((char *)edit.new);
	return result;
}

/* An empty file is none to docker; what we put there is an object. */
static int
begin_object(
    struct setup_plan *plan, struct setup_draft *draft, struct error *err)
{
	const char *bytes = setup_text_bytes(&draft->now);
	struct setup_edit edit = {
	    .kind = EDIT_OBJECT, .old = "", .new = "{\n}\n"};

	if (begin_file(plan, draft, err) == -1)
		return -1;
	edit.at = draft->now.length;
	if (bytes[strspn(bytes, " \t\r\n")] != '\0')
		return 0;
	return setup_plan_put(plan, draft, &edit, err);
}

int
setup_plan_member(struct setup_plan *plan, struct setup_draft *draft,
    const char *inside, const char *name, const char *value, struct error *err)
{
	struct setup_json_member member;
	int found = 1;

	if (begin_object(plan, draft, err) == -1)
		return -1;
	if (inside[0] != '\0')
		found =
		    setup_member_find(&draft->now, "", inside, &member, err);
	if (found == -1 ||
	    (found == 0 && put_member(plan, draft, EDIT_CONTAINER, "", inside,
			       "{}", err) == -1))
		return -1;
	return put_member(plan, draft, EDIT_MEMBER, inside, name, value, err);
}

int
setup_plan_undo(struct setup_plan *plan, const char *tool, struct error *err)
{
	struct setup_draft *draft;

	for (size_t i = plan->edit_count; i-- > 0;) {
		struct setup_edit *edit = plan->edits[i];
		bool json = edit->kind == EDIT_MEMBER;

		if (strcmp(edit->tool, tool) != 0 || edit->gone)
			continue;
		if (setup_plan_draft(plan, edit->file, json, &draft, err) ==
			-1 ||
		    (is_to_go(edit, true) &&
			take_back(plan, edit, draft, err) == -1))
			return -1;
	}
	return 0;
}

/* Does anything of ours stand on this ground still? */
static bool
holds(const struct setup_plan *plan, const struct setup_edit *ground)
{
	for (size_t i = 0; i < plan->edit_count; i++)
		if (!plan->edits[i]->gone &&
		    !setup_edit_is_ground(plan->edits[i]) &&
		    strcmp(plan->edits[i]->file, ground->file) == 0)
			return true;
	return false;
}

int
setup_plan_settle(struct setup_plan *plan, struct error *err)
{
	struct setup_draft *draft;

	for (size_t i = plan->edit_count; i-- > 0;) {
		struct setup_edit *edit = plan->edits[i];

		if (edit->gone || !setup_edit_is_ground(edit) ||
		    holds(plan, edit))
			continue;
		edit->gone = true;
		if (setup_plan_draft(plan, edit->file, false, &draft, err) ==
		    -1)
			return -1;
		if (edit->kind == EDIT_CREATED)
			draft->remove =
			    draft->now.length == 0 && draft->existed;
		else if (setup_edit_undo(edit, &draft->now, err) == UNDO_FAILED)
			return -1;
	}
	return 0;
}

int
setup_plan_note(struct setup_plan *plan, enum setup_note_kind kind,
    const char *file, struct error *err, const char *fmt, ...)
{
	struct setup_note note = {.kind = kind, .tool = plan->tool};
	va_list arguments;
	int length;

	if (grow((void **)&plan->notes, plan->note_count, sizeof(*plan->notes),
		err) == -1)
		return -1;
	va_start(arguments, fmt);
	length = vasprintf(&note.text, fmt, arguments);
	va_end(arguments);
	if (length == -1)
		return no_memory(err);
	if ((note.file = strdup(file)) == NULL) {
		free(note.text);
		return no_memory(err);
	}
	plan->notes[plan->note_count++] = note;
	return 0;
}
