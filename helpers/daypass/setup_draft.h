/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_DRAFT_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_DRAFT_H

#include <sys/stat.h>

#include "base/scoped.h"
#include "helpers/daypass/setup_text.h"

/* A file as it is, and as it is to be: read, changed in memory, written beside
 * the old one, put in its place. Links are followed and stay. */
struct setup_draft {
	char *path;   /* absolute, as it was named */
	char *real;   /* the file itself, behind all links */
	char *staged; /* what lies beside it: the new one, and once that is
			 placed the old one; or NULL */
	bool existed;
	bool json;
	bool ini;    /* configparser's format; neither: git's */
	bool remove; /* it is to be no more */
	bool placed; /* it was written by setup_draft_place() */
	mode_t mode; /* of one that did not exist */
	struct stat st;
	struct setup_text before;
	struct setup_text now;
};

/* -1: it cannot be edited, and why: no regular file, another user's, one that
 * may not be read, with more than one name, over 1 MiB, or with a NUL. */
int setup_draft_open(
    const char *path, struct setup_draft **draft, struct error *err);
void setup_draft_free(struct setup_draft *draft);
SCOPED(setup_draft, struct setup_draft *, setup_draft_free);

bool setup_draft_is_changed(const struct setup_draft *draft);

/* May a file, and the directories above it that are missing, be made here? -1:
 * the nearest that is there is another user's, or no directory. */
int setup_draft_ground(const char *path, struct error *err);

/* Writes the new one beside the old, to the disk. Mode, owner, and extended
 * attributes are kept. */
int setup_draft_stage(struct setup_draft *draft, struct error *err);

/* Removes what lies beside; setup_draft_free() does as well. */
void setup_draft_drop(struct setup_draft *draft);

/* Removes what a run that was killed left beside the file. */
void setup_draft_clean(const char *real);

/* Puts it in place, if nobody has changed the file meanwhile: who has keeps
 * what they wrote. */
int setup_draft_place(struct setup_draft *draft, struct error *err);

/* Puts the file back as it was before setup_draft_place(): the same inode,
 * where the file system can exchange two. */
int setup_draft_restore(struct setup_draft *draft, struct error *err);

/* Makes the directories above a path, mode 0700 (or 0755 with `public`);
 * `made` is told of each. */
int setup_draft_directories(const char *path, bool public,
    int (*made)(void *context, const char *directory, struct error *err),
    void *context, struct error *err);

#endif
