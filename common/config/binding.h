/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_BINDING_H
#define DAYPASS_CONFIG_BINDING_H

#include "config/config.h"
#include "config/section.h"

/* What config.h says of config_binding, config_wants_path and
 * config_docker_hosts. */
int binding_find(const struct sections *sections, const char *tool,
    const struct target *target, struct binding *binding, struct error *err);

const char *binding_wants_path(
    const struct sections *sections, const struct target *target);

/* From malloc(); the strings are the sections'. NULL: no memory. */
const char **binding_docker_hosts(const struct sections *sections);

#endif
