/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

#include <stdint.h>
#include <unistd.h>

#include "wire/conceal.h"

void
conceal(const void *bytes, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)bytes & ~(page - 1);
	uintptr_t last = ((uintptr_t)bytes + size + page - 1) & ~(page - 1);

	/* The neighbours on the same pages are left out as well: no harm. */
	madvise((void *)first, last - first, MADV_DONTDUMP);
}
