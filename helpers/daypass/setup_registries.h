/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_REGISTRIES_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_REGISTRIES_H

#include "config/config.h"
#include "helpers/daypass/setup_plan.h"

/*
 * podman, skopeo and buildah for hosts that globs bind, and for all users of a
 * machine: `credential-helpers` of containers-registries.conf(5), in a file of
 * our own in registries.conf.d (containers-registries.conf.d(5)), so that no
 * TOML of anybody's is touched. What such a file sets takes the place of what
 * others set: where they set this, it is left to the person.
 */
int setup_registries_settle(
    struct setup_plan *plan, const struct config *config, struct error *err);

#endif
