/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_EDIT_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_EDIT_H

#include "base/scoped.h"
#include "helpers/daypass/setup_text.h"

/*
 * One change that `daypass setup` made to a file, remembered so that it can be
 * taken back: what was put where, and what stood there. It holds nothing of
 * the file but a value that was replaced (a helper's name), so no secret.
 */
enum setup_edit_kind {
	EDIT_CREATED,	/* the file was not there */
	EDIT_DIRECTORY, /* nor was this directory of it: `what` */
	EDIT_NEWLINE,	/* its last line had no end */
	EDIT_OBJECT,	/* JSON: it was empty */
	EDIT_MEMBER,	/* JSON: a member of `inside`, or of the whole */
	EDIT_CONTAINER, /* JSON: the member `what` that holds others, empty */
	EDIT_LINES,	/* lines of an INI file; they go only if the file
			   `inside` is empty then, if it is named */
	EDIT_KINDS
};

struct setup_edit {
	enum setup_edit_kind kind;
	const char *tool;
	const char *file;
	const char *what; /* the URL, host, profile that it is for */
	const char *inside;
	const char *old;
	const char *new;
	size_t at;   /* where `new` was put */
	size_t head; /* of it, the section's header: it stays if others have
			put keys into the section meanwhile */
	/* Not remembered: */
	bool kept;  /* still wanted, and as it should be */
	bool fresh; /* made by this run */
	bool gone;  /* taken back by this run */
};

/* The words of the state file. */
const char *setup_edit_word(enum setup_edit_kind kind);
int setup_edit_kind(const char *word); /* -1: none */

/* Copies all strings (NULL: ""). NULL: no memory. */
struct setup_edit *setup_edit_new(const struct setup_edit *values);
void setup_edit_free(struct setup_edit *edit);
SCOPED(setup_edit, struct setup_edit *, setup_edit_free);

/* Is it there only for the others in its file? */
bool setup_edit_is_ground(const struct setup_edit *edit);

/*
 * Takes it back from the text as it is now, wherever others have moved it.
 * What others have put there or changed stays: UNDO_CHANGED is for lines or a
 * member that are still there, but not as we left them.
 */
enum setup_undo { UNDO_DONE, UNDO_GONE, UNDO_CHANGED, UNDO_FAILED = -1 };
enum setup_undo setup_edit_undo(
    const struct setup_edit *edit, struct setup_text *text, struct error *err);
/* The same for EDIT_OBJECT, EDIT_MEMBER and EDIT_CONTAINER. */
enum setup_undo setup_member_undo(
    const struct setup_edit *edit, struct setup_text *text, struct error *err);

#endif
