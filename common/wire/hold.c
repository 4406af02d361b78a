/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/scoped.h"
#include "wire/hold.h"

int
hold_check(int directory, struct error *err)
{
	struct stat st;

	if (fstatat(directory, HOLD_NAME, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	return error_set(err, FAULT_REFUSED,
	    "the session was ended (daypass begin starts a new one)");
}

int
hold_set(int directory, struct error *err)
{
	scoped(fd) int fd = openat(directory, HOLD_NAME,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd == -1
		   ? error_errno(err, "cannot leave the mark '%s'", HOLD_NAME)
		   : 0;
}

int
hold_clear(int directory, struct error *err)
{
	if (unlinkat(directory, HOLD_NAME, 0) == -1 && errno != ENOENT)
		return error_errno(
		    err, "cannot remove the mark '%s'", HOLD_NAME);
	return 0;
}
