/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_ONCE_H
#define DAYPASS_WIRE_ONCE_H

#include <stdbool.h>

#include "base/error.h"

/* Where no agent can stay: runs one that serves one request on the socket
 * that is returned, and ends. *err says why none can stay; it is told on
 * stderr unless `quiet`. -1: this cannot be done either. */
int once_start(bool quiet, struct error *err);

#endif
