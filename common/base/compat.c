/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/text.h"

#define MANY 65536
#define AT_EXEC                                                      \
	(1U << 2) /* CLOSE_RANGE_CLOEXEC, which musl has no name for \
		   */

static void
close_one(int fd)
{
	close(fd);
}

static void
mark_one(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Those that are open are few; the numbers that may be are up to a billion.
 * Without /proc there is no other way, and then there are not so many. */
static void
each_from(int first, void (*act)(int fd))
{
	DIR *open_ones = opendir("/proc/self/fd");
	int own = open_ones == NULL ? -1 : dirfd(open_ones);
	long end = sysconf(_SC_OPEN_MAX);
	struct dirent *entry;

	if (open_ones == NULL) {
		for (long fd = first; fd < end && fd < MANY; fd++)
			act((int)fd);
		return;
	}
	while ((entry = readdir(open_ones)) != NULL) {
		int64_t fd = text_number(entry->d_name, INT_MAX);

		if (fd >= first && fd != own)
			act((int)fd);
	}
	closedir(open_ones);
}

void
compat_close_from(int first)
{
	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) != 0)
		each_from(first, close_one);
}

void
compat_close_at_exec(int first)
{
	if (syscall(SYS_close_range, (unsigned)first, ~0U, AT_EXEC) != 0)
		each_from(first, mark_one);
}

#ifdef SANITIZED

const bool compat_is_sanitized = true;

const char *const compat_sanitizer_variables[] = {
    "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=", NULL};

int
compat_conceal(void)
{
	return 0;
}

#else

const bool compat_is_sanitized = false;

const char *const compat_sanitizer_variables[] = {NULL};

int
compat_conceal(void)
{
	return prctl(PR_SET_DUMPABLE, 0);
}

#endif
