/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <stddef.h>
#include <unistd.h>

#include "base/compat.h"

void
compat_close_from(int first)
{
	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0)
		return;
	for (long fd = first, end = sysconf(_SC_OPEN_MAX); fd < end; fd++)
		close((int)fd);
}

#ifdef SANITIZED

const char *const compat_sanitizer_variables[] = {
    "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=", NULL};

void
compat_conceal(void)
{
}

#else

const char *const compat_sanitizer_variables[] = {NULL};

void
compat_conceal(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

#endif
