/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_SHOW_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_SHOW_H

#include "helpers/daypass/setup_plan.h"

/* The changes of a plan as a unified diff; values of others are masked. */
int setup_show_diff(const struct setup_plan *plan, struct error *err);

/* What was done, or would be; docs/commands.md has the JSON. */
int setup_show_notes(
    const struct setup_plan *plan, bool dry_run, struct error *err);
int setup_show_json(
    const struct setup_plan *plan, bool dry_run, struct error *err);

#endif
