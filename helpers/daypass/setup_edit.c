/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "helpers/daypass/setup_edit.h"

static const char *const words[EDIT_KINDS] = {
    [EDIT_CREATED] = "created",
    [EDIT_DIRECTORY] = "directory",
    [EDIT_NEWLINE] = "newline",
    [EDIT_OBJECT] = "object",
    [EDIT_MEMBER] = "member",
    [EDIT_CONTAINER] = "container",
    [EDIT_LINES] = "lines",
};

const char *
setup_edit_word(enum setup_edit_kind kind)
{
	return words[kind];
}

int
setup_edit_kind(const char *word)
{
	for (int i = 0; i < EDIT_KINDS; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

void
setup_edit_free(struct setup_edit *edit)
{
	if (edit == NULL)
		return;
	free((char *)edit->tool);
	free((char *)edit->file);
	free((char *)edit->what);
	free((char *)edit->inside);
	free((char *)edit->old);
	free((char *)edit->new);
	free(edit);
}

static int
copy(const char **to, const char *from)
{
	return (*to = strdup(from != NULL ? from : "")) == NULL ? -1 : 0;
}

struct setup_edit *
setup_edit_new(const struct setup_edit *values)
{
	scoped(setup_edit) struct setup_edit *edit = calloc(1, sizeof(*edit));

	if (edit == NULL || copy(&edit->tool, values->tool) == -1 ||
	    copy(&edit->file, values->file) == -1 ||
	    copy(&edit->what, values->what) == -1 ||
	    copy(&edit->inside, values->inside) == -1 ||
	    copy(&edit->old, values->old) == -1 ||
	    copy(&edit->new, values->new) == -1)
		return NULL;
	edit->kind = values->kind;
	edit->at = values->at;
	edit->head = values->head;
	return take(&edit);
}

bool
setup_edit_is_ground(const struct setup_edit *edit)
{
	return edit->kind != EDIT_LINES && edit->kind != EDIT_MEMBER;
}

static bool
begins_line(const struct setup_text *text, size_t at)
{
	return at == 0 || text->bytes[at - 1] == '\n';
}

/* Where it stands now: where it was put, or at the one place it was moved to;
 * -1: nowhere, or it cannot be told. */
static long
find_lines(const struct setup_edit *edit, const struct setup_text *text)
{
	long found = -1;

	if (setup_text_at(text, edit->at, edit->new) &&
	    begins_line(text, edit->at))
		return (long)edit->at;
	for (long at = setup_text_find(text, 0, edit->new); at != -1;
	     at = setup_text_find(text, (size_t)at + 1, edit->new)) {
		if (!begins_line(text, (size_t)at))
			continue;
		if (found != -1)
			return -1;
		found = at;
	}
	return found;
}

/* Is there any line of it left that names a helper of ours? */
static bool
is_left(const struct setup_edit *edit, const struct setup_text *text)
{
	char line[1024];
	const char *end;

	for (const char *at = edit->new + edit->head; *at != '\0'; at = end) {
		at += strspn(at, " \t\r\n");
		end = at + strcspn(at, "\r\n");
		if ((size_t)(end - at) >= sizeof(line) || end == at)
			continue;
		memcpy(line, at, (size_t)(end - at));
		line[end - at] = '\0';
		if (strstr(line, "daypass") != NULL &&
		    setup_text_find(text, 0, line) != -1)
			return true;
	}
	return false;
}

/* Do keys of others follow, which would fall to the section before? */
static bool
keys_follow(const struct setup_text *text, size_t at)
{
	const char *bytes = setup_text_bytes(text);
	size_t first;

	for (; at < text->length; at = setup_text_line_end(text, at)) {
		first = at + strspn(bytes + at, " \t\r");
		if (bytes[first] == '[')
			return false;
		if (strchr("\n#;", bytes[first]) == NULL)
			return true;
	}
	return false;
}

static enum setup_undo
undo_lines(
    const struct setup_edit *edit, struct setup_text *text, struct error *err)
{
	long found = edit->new[0] != '\0' ? find_lines(edit, text) : -1;
	size_t at, length = strlen(edit->new);

	if (found == -1)
		return is_left(edit, text) ? UNDO_CHANGED : UNDO_GONE;
	at = (size_t)found;
	if (edit->head > 0 && keys_follow(text, at + length)) {
		at += edit->head;
		length -= edit->head;
	}
	return setup_text_splice(
		   text, at, length, edit->old, strlen(edit->old), err) == -1
		   ? UNDO_FAILED
		   : UNDO_DONE;
}

/* The line end that we gave to the last line is taken back if it is the last
 * one again. */
static enum setup_undo
undo_newline(
    const struct setup_edit *edit, struct setup_text *text, struct error *err)
{
	size_t length = strlen(edit->new);

	if (edit->at + length != text->length ||
	    !setup_text_at(text, edit->at, edit->new))
		return UNDO_GONE;
	return setup_text_splice(text, edit->at, length, "", 0, err) == -1
		   ? UNDO_FAILED
		   : UNDO_DONE;
}

enum setup_undo
setup_edit_undo(
    const struct setup_edit *edit, struct setup_text *text, struct error *err)
{
	switch (edit->kind) {
	case EDIT_LINES:
		return undo_lines(edit, text, err);
	case EDIT_NEWLINE:
		return undo_newline(edit, text, err);
	case EDIT_OBJECT:
	case EDIT_MEMBER:
	case EDIT_CONTAINER:
		return setup_member_undo(edit, text, err);
	default:
		return UNDO_DONE; /* of the file, not of its text */
	}
}
