/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_SOURCE_H
#define DAYPASS_CONFIG_SOURCE_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* One file of the configuration: fit to be believed, or refused. */
#define SOURCE_MAX (1024 * 1024)

struct source {
	struct stat st; /* all zero when it is missing */
	char *bytes;	/* owned; NUL-terminated, and no other NUL in it */
	size_t length;
};

/*
 * Reads a file that is regular, owned by us or root, writable by nobody else,
 * under SOURCE_MAX and without a NUL. 1: read. 0: there is none. -1: refused
 * (FAULT_CONFIG; the text says why, not which); `st` is set as far as known.
 */
int source_read(const char *path, struct source *source, struct error *err);
void source_free(struct source *source);

static inline void
source_scoped(struct source *source)
{
	source_free(source);
}

/* Is the file at `path` still the one that was read? */
bool source_same(const char *path, const struct stat *before);

#endif
