/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_READING_H
#define DAYPASS_CONFIG_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/section.h"

/* What daypass-config said, taken apart (config/rows.h). */
struct seen_file {
	const char *path;
	int64_t device;
	int64_t inode;
	int64_t size;
	int64_t seconds;
	int64_t nanoseconds;
};

struct reading {
	char *text; /* the rows, which all strings here are parts of */
	struct seen_file *files;
	size_t file_count;
	struct sections sections;
	struct error bad; /* the first file that cannot be used at all */
};

/* -1 (FAULT_SYSTEM): the rows are broken, or there is no memory. Either way
 * reading_free() takes what is there. */
int reading_read(struct reading *reading, const char *rows, size_t length,
    struct error *err);
void reading_free(struct reading *reading);

/* Has any of the files changed, appeared or gone? */
bool reading_is_stale(const struct reading *reading);

#endif
