/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "audit/lines.h"

void
lines_start(struct lines *lines, int fd, int64_t offset)
{
	lines->fd = fd;
	lines->offset = offset;
	lines->start = lines->length = 0;
}

/* More of the file behind what is there. 0: there is no more; -1: errno. */
static ssize_t
fill(struct lines *lines)
{
	ssize_t got;

	memmove(lines->bytes, lines->bytes + lines->start, lines->length);
	lines->start = 0;
	do
		got = pread(lines->fd, lines->bytes + lines->length,
		    sizeof(lines->bytes) - lines->length,
		    lines->offset + (int64_t)lines->length);
	while (got == -1 && errno == EINTR);
	if (got > 0)
		lines->length += (size_t)got;
	return got;
}

static enum lines_result
give(struct lines *lines, size_t length, size_t with_end, const char **line,
    size_t *line_length, enum lines_result result)
{
	*line = lines->bytes + lines->start;
	*line_length = length;
	lines->start += with_end;
	lines->length -= with_end;
	lines->offset += (int64_t)with_end;
	return result;
}

enum lines_result
lines_next(struct lines *lines, const char **line, size_t *length)
{
	for (;;) {
		const char *start = lines->bytes + lines->start;
		const char *end = memchr(start, '\n', lines->length);
		ssize_t got;

		if (end != NULL)
			return give(lines, (size_t)(end - start),
			    (size_t)(end - start) + 1, line, length,
			    LINES_ONE);
		if (lines->length >= SEAL_LINE_MAX)
			return give(lines, lines->length, lines->length, line,
			    length, LINES_LONG);
		if ((got = fill(lines)) == -1)
			return LINES_FAILED;
		if (got == 0 && lines->length == 0)
			return LINES_END;
		if (got == 0)
			return give(lines, lines->length, lines->length, line,
			    length, LINES_TORN);
	}
}
