/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/lineage.h"
#include "audit/event.h"
#include "base/scoped.h"

#define COMM_MAX 64

/* "PID (COMM) STATE PPID ...": the name may hold anything, so it ends at the
 * last parenthesis. The parent; -1: there is no such process. */
static pid_t
read_stat(pid_t pid, char comm[COMM_MAX])
{
	char path[64], stat[1024], *open_at, *close_at;
	scoped(fd) int fd = -1;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (got = read(fd, stat, sizeof(stat) - 1)) <= 0)
		return -1;
	stat[got] = '\0';
	open_at = strchr(stat, '(');
	close_at = strrchr(stat, ')');
	if (open_at == NULL || close_at == NULL || close_at < open_at ||
	    strlen(close_at) < 4)
		return -1;
	*close_at = '\0';
	snprintf(comm, COMM_MAX, "%s", open_at + 1);
	return (pid_t)strtol(close_at + 4, NULL, 10);
}

static pid_t
tell(struct event *event, pid_t pid)
{
	char path[64], comm[COMM_MAX], exe[PATH_MAX];
	pid_t parent = read_stat(pid, comm);
	ssize_t length;

	if (parent == -1)
		return -1;
	snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	length = readlink(path, exe, sizeof(exe) - 1);
	exe[length < 0 ? 0 : length] = '\0';
	event_open(event, NULL, '{');
	event_number(event, "pid", pid);
	event_text(event, "comm", comm);
	event_text(event, "exe", exe);
	event_close(event, '}');
	return parent;
}

char *
lineage_json(pid_t pid)
{
	scoped(event) struct event event;
	const char *json;
	int hops = 0;

	event_piece(&event, '[');
	for (; pid > 1 && hops < LINEAGE_HOPS; hops++)
		if ((pid = tell(&event, pid)) == -1)
			break;
	json = event_piece_end(&event, ']');
	return json == NULL || hops == 0 ? NULL : strdup(json);
}
