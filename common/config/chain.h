/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_CHAIN_H
#define DAYPASS_CONFIG_CHAIN_H

#include "config/section.h"

/* Checks the chains that `from` makes of credentials: no ring, at most
 * CHAIN_MAX steps, each step takes what the one before it yields, and only the
 * first says which id token it starts from. -1: no memory. */
#define CHAIN_MAX 16

int chain_check(struct sections *sections);

#endif
