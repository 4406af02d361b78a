/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_WANTED_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_WANTED_H

#include <stdbool.h>

#include "base/error.h"
#include "base/scoped.h"
#include "config/config.h"
#include "config/section.h"

/*
 * What daypass's configuration says of the tools. It is read without an agent:
 * in an image that is being built there is no identity, and no session.
 */

/* `system`: the system's file alone. -1 also where a file cannot be used. */
int setup_wanted_read(bool system, struct config **config, struct error *err);

/* The next usable binding of a tool; *i begins with 0. NULL: no more. */
const struct section *setup_wanted_next(
    const struct config *config, const char *tool, size_t *i);

/* How many bindings it has, the unusable ones too. */
size_t setup_wanted_count(const struct config *config, const char *tool);

/* The credential of a section's `credential` or `from`; NULL: it is built in,
 * or it is not there. */
const struct section *setup_wanted_credential(const struct config *config,
    const struct section *section, const char *key);

/* Where a program of ours lies: as PATH has it, if that is the one beside
 * us, so that an update that moves it is not noticed. -1 (FAULT_CONFIG) also
 * where the path has a character that some shell or tool would split at. */
int setup_wanted_program(
    const char *name, char *path, size_t size, struct error *err);

#endif
