/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_VALUES_H
#define DAYPASS_CONFIG_VALUES_H

#include "base/error.h"
#include "config/outline.h"

/*
 * Has libgit2 read the outline's file, and holds what it says against our own
 * scan, entry by entry. Where the two differ the outline is refused: git and
 * libgit2 disagree on some quotings, and a person who wrote one of these must
 * hear of it. libgit2 stays in values.c.
 */
int values_check(struct outline *outline, struct error *err);

/* Lets go of libgit2. */
void values_end(void);

#endif
