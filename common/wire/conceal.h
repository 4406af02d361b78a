/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_CONCEAL_H
#define DAYPASS_WIRE_CONCEAL_H

#include <stddef.h>

/* Leaves the pages that hold these bytes out of core dumps: a helper's static
 * memory, which secrets pass through and where no arena is worth its cost. */
void conceal(const void *bytes, size_t size);

#endif
