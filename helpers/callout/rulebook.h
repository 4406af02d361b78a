/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_RULEBOOK_H
#define DAYPASS_HELPERS_CALLOUT_RULEBOOK_H

#include "config/section.h"

/* Holds every section against what may stand in it: words, keys, values, how
 * often, and what must not be missing. What is wrong becomes the section's
 * mistake. -1: no memory. */
int rulebook_check(struct sections *sections);

#endif
