/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_STORE_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_STORE_H

#include "config/config.h"
#include "helpers/daypass/setup_plan.h"

/*
 * Registries that a glob binds have no name to put into credHelpers: daypass
 * becomes docker's `credsStore`, and the one before it daypass's
 * `[docker] fallback`, in the user's configuration. First without `write`, to
 * say what is there already and stays.
 */
int setup_store_settle(struct setup_plan *plan, const struct config *config,
    struct setup_draft *draft, bool write, struct error *err);

#endif
