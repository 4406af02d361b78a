/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "shift.h"

/* Names that the linker's --wrap gives. */
int
__real_clock_gettime(clockid_t clock, struct timespec *now);
int
__wrap_clock_gettime(clockid_t clock, struct timespec *now);

static int64_t boot_shift, wall_shift;

void
shift_time(int64_t ms)
{
	boot_shift += ms;
	wall_shift += ms;
}

void
shift_wall(int64_t ms)
{
	wall_shift += ms;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int64_t shift = clock == CLOCK_REALTIME ? wall_shift : boot_shift;
	int64_t ns;

	if (__real_clock_gettime(clock, now) == -1)
		return -1;
	ns = now->tv_nsec + shift % 1000 * 1000000;
	now->tv_sec += shift / 1000 + ns / 1000000000;
	now->tv_nsec = ns % 1000000000;
	if (now->tv_nsec < 0) {
		now->tv_nsec += 1000000000;
		now->tv_sec--;
	}
	return 0;
}
