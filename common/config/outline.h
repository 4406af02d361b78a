/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_OUTLINE_H
#define DAYPASS_CONFIG_OUTLINE_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * A configuration file with all that it includes, as our own scan sees it:
 * which files were looked at, and every entry with its place, in the order
 * in which git reads them.
 */
#define OUTLINE_FILES 64
#define OUTLINE_ENTRIES 10000

struct outline_file {
	char *path;
	struct stat st;
};

struct outline_entry {
	const char *path; /* of the outline's file */
	unsigned line;
	char *section;
	char *subsection; /* NULL: none */
	char *key;	  /* NULL: a section without any */
	char *value;	  /* NULL: a key without `=` */
};

struct outline {
	struct outline_file *files[OUTLINE_FILES];
	size_t file_count;
	struct outline_entry *entries;
	size_t entry_count;
	size_t entry_room;

	bool bad; /* the whole is not to be used; why, and where: */
	const char *bad_path;
	unsigned bad_line; /* 0: the file as such */
	struct error why;
};

/* Reads the file at `path` and its includes. A missing file is an empty
 * outline. -1: this machine failed (FAULT_SYSTEM); what is wrong with a file
 * is in the outline. */
int outline_read(struct outline *outline, const char *path, struct error *err);
void outline_free(struct outline *outline);

static inline void
outline_scoped(struct outline *outline)
{
	outline_free(outline);
}

/* Notes that it cannot be used; the first reason stays. */
void outline_refuse(struct outline *outline, const char *path, unsigned line,
    const struct error *why);

/* Refuses it when a file is no longer the one that was read. */
void outline_recheck(struct outline *outline);

#endif
