/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_DIFF_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_DIFF_H

#include "base/buffer.h"

/* Adds a unified diff (as diff -u) with three lines around; nothing where both
 * are the same. -1: no memory. */
int setup_diff(struct buffer *out, const char *old_name, const char *old,
    const char *new_name, const char *new);

#endif
