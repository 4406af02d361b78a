/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_SCAN_H
#define DAYPASS_CONFIG_SCAN_H

#include <stddef.h>

#include "base/error.h"
#include "base/scoped.h"

/*
 * The second look at a configuration file, by git's own grammar (git's
 * config.c and git-config(1), "Syntax"), stricter where git is lax: a section
 * is written [name] or [name "subsection"], never [name.subsection].
 */
struct scan;

struct scan_entry {
	unsigned line;		/* where its key stands, from 1 */
	const char *section;	/* in lower case */
	const char *subsection; /* NULL: there is none */
	const char *key;	/* in lower case; NULL: a section without any,
				   whose header is at `line` */
	const char *value;	/* NULL: a key without `=` */
};

/* Reads `bytes`, which must stay while the scan is used. NULL: no memory. */
struct scan *scan_new(const char *bytes, size_t length);
void scan_free(struct scan *scan);
SCOPED(scan, struct scan *, scan_free);

/* Takes the old form [name.subsection] as well, which git still reads: for
 * files that are git's and not daypass's. */
void scan_allow_dots(struct scan *scan);

/* 1: the next entry, whose strings stay until the next call. 0: the end. -1:
 * a mistake (FAULT_CONFIG) at scan_line(). */
int scan_next(struct scan *scan, struct scan_entry *entry, struct error *err);

/* Where the header or entry that was read last begins. */
unsigned scan_line(const struct scan *scan);

#endif
