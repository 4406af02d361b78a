/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_SHIFT_H
#define DAYPASS_TESTS_SHIFT_H

#include <stdint.h>

/* Moves the clocks of this program, as clock_ms() and clock_unix() see them:
 * no test has to wait. Link with -Wl,--wrap=clock_gettime. */

/* Time passes. */
void shift_time(int64_t ms);

/* Somebody sets the wall clock; time since boot goes on as before. */
void shift_wall(int64_t ms);

#endif
