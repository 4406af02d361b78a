/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "identity/identity.h"

/* The change time with the inode, for a file that is replaced may get the
 * old one's inode, and one that is written in place keeps its own. */
void
identity_trace_file(struct identity_trace *trace, const char *path)
{
	char text[128];
	struct stat st;

	trace->add(trace, path);
	if (stat(path, &st) == -1) {
		trace->add(trace, "missing");
		return;
	}
	snprintf(text, sizeof(text), "%ju %ju %jd %jd.%09ld",
	    (uintmax_t)st.st_dev, (uintmax_t)st.st_ino, (intmax_t)st.st_size,
	    (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	trace->add(trace, text);
}

void
identity_trace_program(struct identity_trace *trace,
    const struct surroundings *around, const char *name)
{
	char found[PATH_MAX];

	trace->add(trace, name);
	if (identity_find(around, name, found, sizeof(found)) == -1)
		trace->add(trace, "missing");
	else
		identity_trace_file(trace, found);
}
