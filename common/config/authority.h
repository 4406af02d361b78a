/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_AUTHORITY_H
#define DAYPASS_CONFIG_AUTHORITY_H

#include <stdbool.h>

#include "config/target.h"

/*
 * The part of a URL between `://` and its path (RFC 3986 3.2): host and port
 * go to the target, whose scheme tells the default port, which is dropped;
 * the user is dropped too. IPv6 stands in brackets, in RFC 5952's form.
 * `globs`: as in a binding, where the host may hold `*` and a user may not
 * stand. Moves *at behind it. NULL, or why it is refused.
 */
const char *authority_read(const char **at, bool globs, struct target *target);

#endif
