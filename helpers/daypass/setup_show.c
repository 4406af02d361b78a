/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/text.h"
#include "helpers/daypass/paint.h"
#include "helpers/daypass/setup_diff.h"
#include "helpers/daypass/setup_mask.h"
#include "helpers/daypass/setup_show.h"

#define SHOWN_MAX (8 * 1024 * 1024)

/* Is a line one that some edit put there? */
static bool
is_ours(const void *context, const char *line, size_t length)
{
	const struct setup_plan *plan = context;

	for (size_t i = 0; i < plan->edit_count; i++) {
		const char *at = plan->edits[i]->new;
		size_t each;

		for (; *at != '\0'; at += each + strspn(at + each, "\r\n")) {
			each = strcspn(at, "\r\n");
			if (length > 0 && each == length &&
			    memcmp(at, line, length) == 0)
				return true;
		}
	}
	return false;
}

static void
mask(struct buffer *out, const struct setup_plan *plan,
    const struct setup_draft *draft, const struct setup_text *text)
{
	if (draft->json)
		setup_mask_json(out, text);
	else
		setup_mask_lines(
		    out, text, draft->ini ? MASK_INI : MASK_GIT, is_ours, plan);
}

static int
diff_draft(struct buffer *out, const struct setup_plan *plan,
    const struct setup_draft *draft)
{
	scoped(buffer) struct buffer before = BUFFER(SHOWN_MAX);
	scoped(buffer) struct buffer after = BUFFER(SHOWN_MAX);
	char name[512];

	mask(&before, plan, draft, &draft->before);
	mask(&after, plan, draft, &draft->now);
	text_printable(name, sizeof(name), draft->path, strlen(draft->path));
	return setup_diff(out, draft->existed ? name : "/dev/null",
	    buffer_text(&before), draft->remove ? "/dev/null" : name,
	    buffer_text(&after));
}

static int
print(const struct buffer *out, struct error *err)
{
	if (buffer_failed(out))
		return error_set(err, FAULT_SYSTEM, "no memory");
	fputs(buffer_text(out), stdout);
	return 0;
}

int
setup_show_diff(const struct setup_plan *plan, struct error *err)
{
	scoped(buffer) struct buffer out = BUFFER(SHOWN_MAX);

	for (size_t i = 0; i < plan->draft_count; i++)
		if (setup_draft_is_changed(plan->drafts[i]) &&
		    diff_draft(&out, plan, plan->drafts[i]) == -1)
			return error_set(err, FAULT_SYSTEM, "no memory");
	return print(&out, err);
}

static const char *
opening(enum setup_note_kind kind, bool dry_run)
{
	switch (kind) {
	case NOTE_CHANGE:
		return dry_run ? "would have " : "";
	case NOTE_SKIPPED:
		return "skipped: ";
	case NOTE_LEFT:
		return "left: ";
	case NOTE_HINT:
		return "note: ";
	default:
		return "";
	}
}

/* One paragraph at the end for all lines of a kind. */
static void
add_lines(struct buffer *out, const struct setup_plan *plan,
    enum setup_note_kind kind, const char *title)
{
	bool first = true;

	for (size_t i = 0; i < plan->note_count; i++) {
		if (plan->notes[i].kind != kind)
			continue;
		if (first)
			buffer_printf(out, "\n%s\n", title);
		first = false;
		buffer_printf(out, "    %s\n", plan->notes[i].text);
	}
}

static void
add_note(struct buffer *out, const struct setup_note *note, bool dry_run)
{
	char file[512], text[1024];

	text_printable(file, sizeof(file), note->file, strlen(note->file));
	text_printable(text, sizeof(text), note->text, strlen(note->text));
	buffer_printf(out, "%-7s %s%s%s%s\n", note->tool, file,
	    file[0] != '\0' ? ": " : "", opening(note->kind, dry_run), text);
}

int
setup_show_notes(const struct setup_plan *plan, bool dry_run, struct error *err)
{
	scoped(buffer) struct buffer out = BUFFER(SHOWN_MAX);
	size_t changes = 0;

	for (size_t i = 0; i < plan->note_count; i++) {
		changes += plan->notes[i].kind == NOTE_CHANGE;
		if (plan->notes[i].kind < NOTE_SHELL)
			add_note(&out, &plan->notes[i], dry_run);
	}
	if (changes == 0)
		buffer_add_string(&out, "nothing to change\n");
	add_lines(&out, plan, NOTE_SHELL, "for your shell's profile:");
	add_lines(&out, plan, NOTE_NEXT, "to try it:");
	return print(&out, err);
}

static void
add_json(struct buffer *out, const struct setup_plan *plan,
    enum setup_note_kind first, enum setup_note_kind last, const char *name)
{
	const char *comma = "";

	buffer_printf(out, "\"%s\":[", name);
	for (size_t i = 0; i < plan->note_count; i++) {
		const struct setup_note *note = &plan->notes[i];

		if (note->kind < first || note->kind > last)
			continue;
		buffer_printf(out, "%s{\"tool\":", comma);
		json_quote(out, note->tool);
		buffer_add_string(out, ",\"file\":");
		if (note->file[0] != '\0')
			json_quote(out, note->file);
		else
			buffer_add_string(out, "null");
		buffer_add_string(out, ",\"text\":");
		json_quote(out, note->text);
		buffer_add_string(out, "}");
		comma = ",";
	}
	buffer_add_string(out, "]");
}

int
setup_show_json(const struct setup_plan *plan, bool dry_run, struct error *err)
{
	scoped(buffer) struct buffer out = BUFFER(SHOWN_MAX);

	buffer_printf(&out, "{\"dry_run\":%s,", dry_run ? "true" : "false");
	add_json(&out, plan, NOTE_CHANGE, NOTE_CHANGE, "changes");
	buffer_add_string(&out, ",");
	add_json(&out, plan, NOTE_SKIPPED, NOTE_LEFT, "skipped");
	buffer_add_string(&out, ",");
	add_json(&out, plan, NOTE_HINT, NOTE_HINT, "notes");
	buffer_add_string(&out, ",");
	add_json(&out, plan, NOTE_SHELL, NOTE_SHELL, "shell");
	buffer_add_string(&out, ",");
	add_json(&out, plan, NOTE_NEXT, NOTE_NEXT, "next");
	buffer_add_string(&out, "}\n");
	return print(&out, err);
}
