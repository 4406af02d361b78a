/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_REDEFINITION_H
#define DAYPASS_CONFIG_REDEFINITION_H

#include "config/section.h"

/* What the system's file defines the user's cannot: by the same name, or by a
 * pattern that comes down to the same. -1: no memory. */
int redefinition_check(struct sections *sections);

#endif
