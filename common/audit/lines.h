/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_LINES_H
#define DAYPASS_AUDIT_LINES_H

#include <stdint.h>

#include "audit/seal.h"

/* The lines of a file, each as long as a record may be. */
struct lines {
	int fd;
	int64_t offset;	      /* in the file, of the line that comes next */
	size_t start, length; /* of what is in `bytes` and not read */
	char bytes[2 * SEAL_LINE_MAX];
};

void lines_start(struct lines *lines, int fd, int64_t offset);

enum lines_result {
	LINES_END,    /* no more */
	LINES_ONE,    /* *line, without its line end, valid until the next */
	LINES_TORN,   /* the file ends in the middle of one: *line of it */
	LINES_LONG,   /* one that no record can be; *line is its beginning,
			 the rest comes as further lines */
	LINES_FAILED, /* errno */
};
enum lines_result lines_next(
    struct lines *lines, const char **line, size_t *length);

#endif
