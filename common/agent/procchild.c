/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/procchild.h"
#include "agent/procstat.h"
#include "base/scoped.h"

/* Namespaces within each other, ours included (MAX_PID_NS_LEVEL). */
#define LEVELS 33

static int
read_text(const char *path, char *text, size_t size)
{
	scoped(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd == -1 ? -1 : read(fd, text, size - 1);

	if (got <= 0)
		return -1;
	text[got] = '\0';
	return 0;
}

/* "12 34 56", up to the line's end. How many there are; 0 also if too many. */
static size_t
read_numbers(const char *at, pid_t *numbers, size_t most)
{
	size_t count = 0;
	char *end;

	for (;; at = end) {
		at += strspn(at, " \t");
		long number = strtol(at, &end, 10);

		if (end == at || *at == '\n')
			return count;
		if (count == most)
			return 0;
		numbers[count++] = (pid_t)number;
	}
}

/* What a process is called in each namespace, from ours to its own. */
static size_t
names_of(pid_t pid, pid_t names[LEVELS])
{
	char path[64], text[8192];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	if (read_text(path, text, sizeof(text)) == -1 ||
	    (line = strstr(text, "\nNSpid:")) == NULL)
		return 0;
	return read_numbers(line + strlen("\nNSpid:"), names, LEVELS);
}

static bool
is_child(pid_t pid, pid_t parent)
{
	struct procstat stat;

	return procstat_read(pid, &stat) == 0 && stat.parent == parent;
}

pid_t
procchild_find(pid_t parent, pid_t number)
{
	pid_t names[LEVELS], children[256];
	size_t level = names_of(parent, names), count;
	char path[64], text[4096];

	if (level <= 1)
		return is_child(number, parent) ? number : 0;
	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children",
	    (long)parent, (long)parent);
	if (read_text(path, text, sizeof(text)) == -1)
		return -1;
	count = read_numbers(text, children, 256);
	for (size_t i = 0; i < count; i++) {
		if (names_of(children[i], names) >= level &&
		    names[level - 1] == number)
			return children[i];
	}
	return 0;
}
