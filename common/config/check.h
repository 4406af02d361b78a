/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_CHECK_H
#define DAYPASS_CONFIG_CHECK_H

#include "config/section.h"

/* Holds every section against the schema, and takes bindings apart. What is
 * wrong becomes the section's mistake. -1: no memory. */
int check_sections(struct sections *sections);

#endif
