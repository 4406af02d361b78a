/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_COMPAT_H
#define DAYPASS_BASE_COMPAT_H

#include <stdbool.h>

/* What differs from one system, or one kind of build, to another. */

/* Keeps this process out of core dumps and out of the sight of others of our
 * uid: what passes through its memory stays there. Not in a build with
 * sanitizers, whose leak checker has to look. -1: it is refused. */
int compat_conceal(void);

/* Is this a build with sanitizers? Their leak checker reads /proc at the end:
 * a program that gives up its files then fails. */
extern const bool compat_is_sanitized;

/* The variables, each with its `=`, by which a build with sanitizers is told
 * where to report; NULL-terminated, empty in other builds. */
extern const char *const compat_sanitizer_variables[];

/* Closes every descriptor from this number on, also where the kernel, or a
 * filter, does not know close_range(2). */
void compat_close_from(int first);

/* The same, but only at the next exec. */
void compat_close_at_exec(int first);

#endif
