/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_WHOLE_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_WHOLE_H

#include "helpers/daypass/setup_plan.h"

/* A file that is daypass's from its first byte to its last; `what` is what it
 * is remembered as. Mode 0600, or 0644 for all users. Where somebody else's is
 * in its place, that stays. *put: it is to be written now. */
int setup_whole_settle(struct setup_plan *plan, const char *path,
    const char *what, const char *text, bool *put, struct error *err);

/* Takes such a file back, if it was ever written. */
int setup_whole_retract(
    struct setup_plan *plan, const char *path, struct error *err);

#endif
