/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/isolate.h"

#define TERMINALS "/dev/pts"

/* Whoever may open another terminal of ours can read what is typed there. */

static bool
is_our_terminal(dev_t device)
{
	struct stat st;

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
		    st.st_rdev == device)
			return true;
	return false;
}

/* Those that are there. */
static int
cover_others(struct error *err)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	struct stat st;
	DIR *all = opendir(TERMINALS);
	int result = 0;

	while (all != NULL && result == 0 && (entry = readdir(all)) != NULL) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), TERMINALS "/%s", entry->d_name);
		if (stat(path, &st) == -1 || st.st_uid != geteuid() ||
		    is_our_terminal(st.st_rdev))
			continue;
		if (mount("/dev/null", path, NULL, MS_BIND, NULL) == -1)
			result = error_errno(err, "cannot hide '%s'", path);
	}
	if (all != NULL)
		closedir(all);
	return result;
}

/* The path of the terminal that we are started on; false: on none of these. */
static bool
find_ours(char *path, size_t size)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (ttyname_r(fd, path, size) == 0 &&
		    text_starts(path, TERMINALS "/"))
			return true;
	return false;
}

/*
 * In the new place a terminal of the same number is made, for ours to be laid
 * over it, so that it goes by its name inside too. The number lasts as long as
 * the other end of it is open: that stays with us, the first process.
 */
static int
take_number(unsigned wanted)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	unsigned number;
	int result = -1;

	if (fd == -1)
		return -1;
	if (ioctl(fd, TIOCGPTN, &number) == 0) {
		if (number == wanted)
			return 0;
		if (number < wanted)
			result = take_number(wanted);
	}
	close(fd);
	return result;
}

static int
show_ours(int ours, const char *path)
{
	const char *digits = path + strlen(TERMINALS "/");
	int64_t number = text_number(digits, 4095);
	char from[64];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", ours);
	return number == -1 || take_number((unsigned)number) == -1 ||
		       mount(from, path, NULL, MS_BIND, NULL) == -1
		   ? -1
		   : 0;
}

/* A place of the session's own has none of the others', also of those that are
 * opened later. Where there can be none, those that are there are covered. */
int
isolate_terminals(
    __attribute__((unused)) const struct plan *plan, struct error *err)
{
	char path[PATH_MAX];
	bool any = find_ours(path, sizeof(path));
	scoped(fd) int ours = any ? open(path, O_PATH | O_CLOEXEC) : -1;

	if (access(TERMINALS, F_OK) == -1)
		return 0;
	if (mount("devpts", TERMINALS, "devpts", MS_NOSUID | MS_NOEXEC,
		"newinstance,ptmxmode=0666,mode=0620") == 0) {
		if (ours == -1 || show_ours(ours, path) == 0)
			return 0;
		umount2(TERMINALS, MNT_DETACH);
	}
	if (cover_others(err) == -1)
		return -1;
	error_set(err, FAULT_SYSTEM,
	    "this machine gives no terminals of the session's own: others "
	    "that are opened while it runs can be read");
	return 1;
}
