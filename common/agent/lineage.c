/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/lineage.h"
#include "agent/procstat.h"
#include "audit/event.h"
#include "base/scoped.h"

static pid_t
tell(struct event *event, pid_t pid)
{
	char path[64], exe[PATH_MAX];
	struct procstat stat;
	ssize_t length;

	if (procstat_read(pid, &stat) == -1)
		return -1;
	snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	length = readlink(path, exe, sizeof(exe) - 1);
	exe[length < 0 ? 0 : length] = '\0';
	event_open(event, NULL, '{');
	event_number(event, "pid", pid);
	event_text(event, "comm", stat.name);
	event_text(event, "exe", exe);
	event_close(event, '}');
	return stat.parent;
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
