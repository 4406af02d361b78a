/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_PLAN_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_PLAN_H

#include "helpers/daypass/setup_draft.h"
#include "helpers/daypass/setup_edit.h"

/*
 * What one run of `daypass setup` is about to do. All of it is worked out in
 * memory first; setup_plan_commit() then does it, or nothing.
 */
enum setup_note_kind {
	NOTE_CHANGE,  /* done, or to be done */
	NOTE_SKIPPED, /* not done, and why */
	NOTE_LEFT,    /* was to be taken back, and was not */
	NOTE_HINT,    /* what the person should know, or do */
	NOTE_SHELL,   /* a line for the shell's profile */
	NOTE_NEXT     /* a command to try now */
};

struct setup_note {
	enum setup_note_kind kind;
	const char *tool;
	char *file; /* "" where it is about none */
	char *text;
};

struct setup_plan {
	bool system;	  /* for all users of this machine */
	const char *tool; /* whose part is being worked out */
	bool ini;	  /* its files are configparser's, unless JSON */
	struct setup_draft **drafts;
	size_t draft_count;
	struct setup_edit **edits; /* in the order in which they were made */
	size_t edit_count;
	struct setup_note *notes;
	size_t note_count;
	bool conflict; /* something is in the way that a person put there */
};

void setup_plan_free(struct setup_plan *plan);

static inline void
setup_plan_scoped(struct setup_plan *plan)
{
	setup_plan_free(plan);
}

/* The draft of a file, opened once; the plan's. */
int setup_plan_draft(struct setup_plan *plan, const char *path, bool json,
    struct setup_draft **draft, struct error *err);

/* Adds an edit that is in the text already, or is remembered. */
int setup_plan_add(struct setup_plan *plan, const struct setup_edit *values,
    struct error *err);

/* An edit's `what` is wanted in this file, and is there as it should be: what
 * we remember of it stays. Says whether we remember any. */
bool setup_plan_keep(
    struct setup_plan *plan, const struct setup_draft *draft, const char *what);

/* Is anything remembered of this tool in this file? */
bool setup_plan_knows(const struct setup_plan *plan, const char *path);

/* Takes back what this tool has in this file and nobody keeps. */
int setup_plan_retract(
    struct setup_plan *plan, struct setup_draft *draft, struct error *err);

/* Changes the draft as the edit says (`at`, `old`, `new` and the rest but tool
 * and file) and remembers it. */
int setup_plan_put(struct setup_plan *plan, struct setup_draft *draft,
    const struct setup_edit *values, struct error *err);

/* Lines for the end of an INI file. */
int setup_plan_append(struct setup_plan *plan, struct setup_draft *draft,
    const char *what, const char *lines, size_t head, struct error *err);

/* What was put last is taken back only if the file at `path` is empty then. */
int setup_plan_depend(
    struct setup_plan *plan, const char *path, struct error *err);

/* A member of a JSON file, whose object `inside` is made if it is missing. */
int setup_plan_member(struct setup_plan *plan, struct setup_draft *draft,
    const char *inside, const char *name, const char *value, struct error *err);

/* Takes back all that is remembered of a tool, in whatever files. */
int setup_plan_undo(
    struct setup_plan *plan, const char *tool, struct error *err);

/* Once all tools are through: what was made only to hold what is gone goes,
 * and a file that we made and that is empty again. */
int setup_plan_settle(struct setup_plan *plan, struct error *err);

int setup_plan_note(struct setup_plan *plan, enum setup_note_kind kind,
    const char *file, struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* Does it, with `state` remembering what was done. -1: nothing has changed. */
int setup_plan_commit(
    struct setup_plan *plan, const char *state, struct error *err);

#endif
