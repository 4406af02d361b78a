/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/lines.h"
#include "audit/seal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A file of records as somebody may have left it. What is sealed behind any
 * of its lines must follow on it. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static struct lines lines;
	struct buffer out = BUFFER(SEAL_LINE_MAX);
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct head head, next;
	const char *line;
	size_t line_length;
	bool any = true;

	head_start(&head);
	if (fd == -1 || write(fd, bytes, length) != (ssize_t)length)
		abort();
	lines_start(&lines, fd, 0);
	while (lines_next(&lines, &line, &line_length) != LINES_END)
		if (seal_follow(&head, line, line_length, any) == NULL)
			any = false;
	if (lines.offset != (int64_t)length)
		abort(); /* a byte that nobody was shown */
	next = head;
	if (seal(&next, "{}", NULL, &out) == 0 &&
	    seal_follow(&head, buffer_text(&out), out.length - 1, false) !=
		NULL)
		abort();
	buffer_free(&out);
	close(fd);
	return 0;
}
