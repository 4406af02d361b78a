/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_MEMORY_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_MEMORY_H

#include "helpers/daypass/setup_plan.h"

/*
 * What `daypass setup` remembers from one run to the next: its edits, in the
 * file $XDG_STATE_HOME/daypass/setup (system-wide: beside the system's
 * configuration), as rows (config/row.h).
 */
int setup_memory_path(bool system, char *path, size_t size, struct error *err);

/* Reads them into the plan. No file: none. */
int setup_memory_read(
    const char *path, struct setup_plan *plan, struct error *err);

/* Writes those that are not gone; with `all` also those that are about to go.
 * The file is replaced at once, and removed where there is nothing to
 * remember. */
int setup_memory_write(const char *path, const struct setup_plan *plan,
    bool all, struct error *err);

/* One run at a time: the directory of `path`, made if it is missing and
 * locked until setup_memory_unlock(), which removes it if it is empty. */
int setup_memory_lock(const char *path, bool public, struct error *err);
void setup_memory_unlock(const char *path, bool public, int fd);

#endif
