/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_WALK_H
#define DAYPASS_AUDIT_WALK_H

#include <sys/types.h>

#include "audit/journal.h"
#include "audit/lines.h"

/* Reads a journal's files from the oldest that is there to the latest, and on
 * while it is written and rotated. Takes no lock and changes nothing. */
struct walk {
	char path[JOURNAL_PATH_MAX - 16];
	char name[JOURNAL_PATH_MAX]; /* of the file that is being read */
	int fd;
	dev_t device;
	ino_t inode;
	unsigned files; /* that were begun */
	int64_t number; /* of the line in its file, from 1 */
	struct lines lines;
};

/* -1: there is no such file, or it cannot be read (FAULT_SYSTEM). */
int walk_start(struct walk *walk, const char *path, struct error *err);
void walk_end(struct walk *walk);

/* As lines_next(). LINES_END: at the end of the latest; there may be more
 * later. A last line of the latest that is cut off is LINES_TORN, and comes
 * again when it is whole; in an older file it is a line. */
enum lines_result walk_next(
    struct walk *walk, const char **line, size_t *length);

#endif
