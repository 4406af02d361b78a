/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/procstat.h"
#include "base/scoped.h"
#include "base/text.h"

/* As proc(5) counts them, from 1. */
#define STATE 3
#define PARENT 4
#define STARTTIME 22

/* Blank by blank from the state on. */
static int
read_numbers(const char *at, struct procstat *stat)
{
	char *end;

	stat->state = *at;
	for (int field = STATE; field < STARTTIME; field++) {
		if (field == PARENT)
			stat->parent = (pid_t)strtol(at, NULL, 10);
		if ((at = strchr(at, ' ')) == NULL)
			return -1;
		at++;
	}
	stat->born = strtoull(at, &end, 10);
	return end == at ? -1 : 0;
}

/* "PID (NAME) STATE PARENT ...": the name may hold anything, also a
 * parenthesis, so that it ends at the last one. */
static int
understand(char *text, struct procstat *stat)
{
	char *open_at = strchr(text, '('), *close_at = strrchr(text, ')');

	if (open_at == NULL || close_at == NULL || close_at < open_at ||
	    close_at[1] != ' ')
		return -1;
	*close_at = '\0';
	if (text_copy(stat->name, sizeof(stat->name), open_at + 1) == -1)
		return -1;
	return read_numbers(close_at + 2, stat);
}

int
procstat_read(pid_t pid, struct procstat *stat)
{
	char text[1024];
	scoped(fd) int fd = -1;
	ssize_t got;

	snprintf(text, sizeof(text), "/proc/%ld/stat", (long)pid);
	if ((fd = open(text, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (got = read(fd, text, sizeof(text) - 1)) <= 0)
		return -1;
	text[got] = '\0';
	return understand(text, stat);
}

uint64_t
procstat_born(pid_t pid)
{
	struct procstat stat;

	if (procstat_read(pid, &stat) == -1 || stat.state == 'Z' ||
	    stat.state == 'X')
		return 0;
	return stat.born;
}
