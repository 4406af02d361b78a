/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "helpers/daypass/setup_json.h"
#include "helpers/daypass/setup_member.h"

/* The object that is called `inside`; 0: there is none. */
static int
find_object(const struct setup_text *text, const char *inside,
    struct setup_json_object *object, struct error *err)
{
	struct setup_json_member member;
	int found;

	if (setup_json_object(text, 0, object, err) == -1)
		return -1;
	if (inside[0] == '\0')
		return 1;
	found = setup_json_member(text, object, inside, true, &member, err);
	if (found != 1)
		return found;
	return setup_json_object(text, member.value, object, err) == -1 ? -1
									: 1;
}

int
setup_member_find(const struct setup_text *text, const char *inside,
    const char *name, struct setup_json_member *member, struct error *err)
{
	struct setup_json_object object;
	int found = find_object(text, inside, &object, err);

	if (found != 1)
		return found;
	return setup_json_member(
	    text, &object, name, inside[0] == '\0', member, err);
}

static void
add_range(
    struct buffer *out, const struct setup_text *text, size_t begin, size_t end)
{
	buffer_add(out, text->bytes + begin, end - begin);
}

/* The white space that stands before a byte. */
static size_t
space_before(const struct setup_text *text, size_t at)
{
	while (at > 0 && strchr(" \t\r\n", text->bytes[at - 1]) != NULL)
		at--;
	return at;
}

/* What stands before the first thing of the line, `at` is in. */
static size_t
indent_of(const struct setup_text *text, size_t at, size_t *begin)
{
	size_t end;

	while (at > 0 && text->bytes[at - 1] != '\n')
		at--;
	*begin = at;
	for (end = at; strchr(" \t", text->bytes[end]) != NULL &&
		       text->bytes[end] != '\0';)
		end++;
	return end;
}

/* Behind the last member: a comma, what stood before its key, our key, what
 * stands between its key and its value. */
static size_t
write_after(struct buffer *out, const struct setup_text *text,
    const struct setup_json_object *object, const char *name, const char *value)
{
	const struct setup_json_member *last = &object->last;

	buffer_add_string(out, ",");
	add_range(out, text, space_before(text, last->key), last->key);
	json_quote(out, name);
	add_range(out, text, last->key_end, last->value);
	buffer_add_string(out, value);
	return last->value_end;
}

/* How much deeper things are in this file than what they are in. */
static void
add_step(struct buffer *out, const struct setup_text *text)
{
	struct setup_json_object whole;
	struct error err;
	size_t begin, end;

	if (setup_json_object(text, 0, &whole, &err) == -1 ||
	    whole.count == 0) {
		buffer_add_string(out, "\t");
		return;
	}
	end = indent_of(text, whole.last.key, &begin);
	if (end == whole.last.key && end > begin)
		add_range(out, text, begin, end);
	else
		buffer_add_string(out, "\t");
}

/* Is all of it written on one line, and something is? */
static bool
is_one_line(const struct setup_text *text)
{
	struct setup_json_object whole;
	struct error err;
	size_t end = setup_text_line_end(text, 0);

	if (setup_json_object(text, 0, &whole, &err) == -1 || whole.count == 0)
		return false;
	return end + strspn(text->bytes + end, " \t\r\n") == text->length;
}

/* Into an object without members: on lines of its own, unless all of the file
 * is one line. */
static size_t
write_first(struct buffer *out, const struct setup_text *text,
    const struct setup_json_object *object, const char *name, const char *value)
{
	const char *newline = setup_text_newline(text);
	size_t begin, end = indent_of(text, object->open, &begin);
	bool one_line = is_one_line(text);
	bool closes_line = memchr(text->bytes + object->open, '\n',
			       object->close - object->open) != NULL;

	if (one_line) {
		json_quote(out, name);
		buffer_add_string(out, ":");
		buffer_add_string(out, value);
		return object->open + 1;
	}
	buffer_add_string(out, newline);
	add_range(out, text, begin, end);
	add_step(out, text);
	json_quote(out, name);
	buffer_add_string(out, ": ");
	buffer_add_string(out, value);
	if (!closes_line) {
		buffer_add_string(out, newline);
		add_range(out, text, begin, end);
	}
	return object->open + 1;
}

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

static int
plan_value(const struct setup_text *text,
    const struct setup_json_member *member, const char *value,
    struct setup_edit *edit, struct error *err)
{
	edit->at = member->value;
	edit->old = strndup(
	    text->bytes + member->value, member->value_end - member->value);
	edit->new = strdup(value);
	return edit->old != NULL && edit->new != NULL ? 0 : no_memory(err);
}

int
setup_member_plan(const struct setup_text *text, const char *inside,
    const char *name, const char *value, struct setup_edit *edit,
    struct error *err)
{
	scoped(buffer) struct buffer out = BUFFER(SETUP_TEXT_MAX);
	struct setup_json_object object;
	struct setup_json_member member;
	int found = setup_member_find(text, inside, name, &member, err);

	if (found == -1)
		return -1;
	if (found == 1)
		return plan_value(text, &member, value, edit, err);
	if (find_object(text, inside, &object, err) != 1)
		return -1;
	edit->at = object.count > 0
		       ? write_after(&out, text, &object, name, value)
		       : write_first(&out, text, &object, name, value);
	if (buffer_failed(&out))
		return no_memory(err);
	edit->old = strdup("");
	edit->new = strdup(buffer_text(&out));
	return edit->old != NULL && edit->new != NULL ? 0 : no_memory(err);
}

/* Takes a member out, with the comma before it, else behind it. */
static int
remove_member(struct setup_text *text, const struct setup_json_object *object,
    const struct setup_json_member *member, struct error *err)
{
	size_t begin = space_before(text, member->key);
	size_t end = member->value_end;

	if (begin > 0 && text->bytes[begin - 1] == ',') {
		begin--;
	} else {
		end += strspn(text->bytes + end, " \t\r\n");
		if (text->bytes[end] == ',')
			end++;
		else if (object->count == 1)
			end = object->close;
	}
	return setup_text_splice(text, begin, end - begin, "", 0, err);
}

/* Is what we put there still what is there? */
static bool
is_ours(const struct setup_edit *edit, const struct setup_text *text,
    const struct setup_json_member *member, struct error *err)
{
	struct setup_json_object object;

	if (edit->kind == EDIT_CONTAINER)
		return setup_json_object(text, member->value, &object, err) ==
			   0 &&
		       object.count == 0;
	return setup_json_is(text, member, "daypass");
}

static enum setup_undo
undo_by_name(
    const struct setup_edit *edit, struct setup_text *text, struct error *err)
{
	struct setup_json_object object;
	struct setup_json_member member;
	bool replaced = edit->old[0] != '\0';
	int found;

	if (setup_json_check(text, err) == -1)
		return UNDO_CHANGED;
	found = setup_member_find(text, edit->inside, edit->what, &member, err);
	if (found == -1)
		return UNDO_CHANGED;
	if (found == 0)
		return UNDO_GONE;
	if (!is_ours(edit, text, &member, err))
		return edit->kind == EDIT_CONTAINER ? UNDO_GONE : UNDO_CHANGED;
	if (find_object(text, edit->inside, &object, err) != 1)
		return UNDO_CHANGED;
	found = replaced ? setup_text_splice(text, member.value,
			       member.value_end - member.value, edit->old,
			       strlen(edit->old), err)
			 : remove_member(text, &object, &member, err);
	return found == -1 ? UNDO_FAILED : UNDO_DONE;
}

/* Does the text still read, and is the member as it was before us? */
static bool
is_undone(const struct setup_edit *edit, const struct setup_text *text)
{
	struct setup_json_member member;
	struct error err;
	int found;

	if (edit->kind == EDIT_OBJECT)
		return text->length == 0 ||
		       text->bytes[strspn(text->bytes, " \t\r\n")] == '\0';
	if (setup_json_check(text, &err) == -1)
		return false;
	found =
	    setup_member_find(text, edit->inside, edit->what, &member, &err);
	if (edit->old[0] == '\0')
		return found == 0;
	return found == 1 && setup_text_at(text, member.value, edit->old);
}

/* Where it was put, byte for byte, if that undoes it. */
static enum setup_undo
undo_in_place(
    const struct setup_edit *edit, struct setup_text *text, struct error *err)
{
	scoped(setup_text) struct setup_text tried = {.bytes = NULL};

	if (edit->new[0] == '\0' || !setup_text_at(text, edit->at, edit->new) ||
	    setup_text_copy(&tried, text, err) == -1 ||
	    setup_text_splice(&tried, edit->at, strlen(edit->new), edit->old,
		strlen(edit->old), err) == -1 ||
	    !is_undone(edit, &tried))
		return UNDO_GONE;
	return setup_text_copy(text, &tried, err) == -1 ? UNDO_FAILED
							: UNDO_DONE;
}

/* An object that we made for ourselves, and that holds nothing now. */
static enum setup_undo
undo_object(struct setup_text *text, struct error *err)
{
	struct setup_json_object object;

	if (setup_json_check(text, err) == -1 ||
	    setup_json_object(text, 0, &object, err) == -1 || object.count > 0)
		return UNDO_GONE;
	return setup_text_splice(text, 0, text->length, "", 0, err) == -1
		   ? UNDO_FAILED
		   : UNDO_DONE;
}

enum setup_undo
setup_member_undo(
    const struct setup_edit *edit, struct setup_text *text, struct error *err)
{
	enum setup_undo done = undo_in_place(edit, text, err);

	if (done != UNDO_GONE)
		return done;
	return edit->kind == EDIT_OBJECT ? undo_object(text, err)
					 : undo_by_name(edit, text, err);
}
