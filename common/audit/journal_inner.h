/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_JOURNAL_INNER_H
#define DAYPASS_AUDIT_JOURNAL_INNER_H

#include <sys/types.h>

#include "audit/journal.h"

/* What the journal*.c files share. */

#define TURN_MAX (1024 * 1024) /* bytes that are written in one turn */

struct journal {
	char path[JOURNAL_PATH_MAX - 8];
	struct journal_limits limits;
	int fd; /* of the latest file; -1: not open */
	dev_t device;
	ino_t inode;
	int64_t size; /* that the file had when we looked last */
	bool known;   /* `head` is the record at `size` */
	bool expects; /* `head` is one that must be in it */
	struct head head;
	/* of this turn */
	struct head next;
	struct buffer lines;
	char finding[512]; /* "", or what no record tells of yet */
};

/* journal_end.c: after the file was opened and locked, finds out what is its
 * last record, and whether those that were written meanwhile follow on what
 * was known. Sets known, size and head. -1: it cannot be read. */
int journal_look(struct journal *journal, int64_t size, struct error *err);

/* Goes on from `head` at `offset` to the end of a file. 1: all follow; 0: not,
 * and `finding` says why; -1: errno. */
int journal_follow(
    struct journal *journal, int fd, int64_t offset, struct head *head);

/* The file was rotated by others, perhaps more than once: goes on through all
 * of them to the beginning of the one that is the latest now. */
int journal_catch_up(struct journal *journal, struct error *err);

/* Opens one of its files to read. -1: errno. */
int journal_open_old(const struct journal *journal, unsigned number);

#endif
