/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>

#include <stddef.h>

#include "base/compat.h"

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
