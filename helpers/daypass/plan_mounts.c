/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/plan.h"

#define LINE (2 * PATH_MAX)

/* proc(5): what would split a line is written as three octal digits. */
static void
unescape(char *path)
{
	char *to = path;

	while (*path != '\0') {
		if (*path != '\\' || strspn(path + 1, "01234567") < 3) {
			*to++ = *path++;
			continue;
		}
		*to++ = (char)((path[1] - '0') * 64 + (path[2] - '0') * 8 +
			       path[3] - '0');
		path += 4;
	}
	*to = '\0';
}

static bool
is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 &&
	       (path[length] == '/' || path[length] == '\0');
}

/*
 * A control group kills and freezes whatever is in it, by a file that its
 * owner may write. Another /proc shows those outside, another /dev/pts
 * has their terminals, and another queue speaks to them. A single socket that
 * is mounted is another machine's, or that of who has made this container.
 */
static void
look_at(struct plan *plan, const char *path, const char *type)
{
	if (text_starts(type, "cgroup ") || text_starts(type, "cgroup2 "))
		plan_hold(plan, path);
	else if (text_starts(type, "mqueue ") ||
		 (text_starts(type, "devpts ") &&
		     !is_below(path, "/dev/pts")) ||
		 (text_starts(type, "proc ") && !is_below(path, "/proc")))
		plan_hide(plan, path);
	else
		plan_socket(plan, path);
}

/* proc(5), "/proc/PID/mountinfo": the path is the fifth word, the type the
 * first behind the dash. */
static void
read_line(struct plan *plan, char *line)
{
	char *type = strstr(line, " - "), *path = line;

	for (int word = 1; word < 5 && path != NULL; word++)
		if ((path = strchr(path, ' ')) != NULL)
			path++;
	if (type == NULL || path == NULL || path > type)
		return;
	path[strcspn(path, " ")] = '\0';
	unescape(path);
	look_at(plan, path, type + 3);
}

void
plan_mounts(struct plan *plan)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[LINE];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		read_line(plan, line);
	if (file != NULL)
		fclose(file);
}
