/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_ARENA_H
#define DAYPASS_BASE_ARENA_H

#include <stddef.h>

#include "base/secret.h"

/* The memory under struct secret. What it knows of its blocks lies outside
 * of them: in a forked child the blocks read as zeroes. */

/* At least `size` zeroed bytes; the true size goes to *got. NULL: ENOMEM. */
void *arena_take(size_t size, size_t *got);

/* Wipes the first `used` bytes and gives back what arena_take gave, with its
 * true size. The rest must be as it was: zeroes. */
void arena_give(void *block, size_t size, size_t used);

/* In a forked child: starts anew, with an empty arena. What the parent had
 * reads as zeroes at the latest then. */
void arena_forget(void);

void arena_report(struct secret_report *report);

#endif
