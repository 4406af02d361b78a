/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_SERVICE_H
#define DAYPASS_HELPERS_CALLOUT_SERVICE_H

#include "helpers/callout/keys.h"
#include "helpers/callout/rules.h"

/*
 * Serves until SIGTERM or SIGINT, which leave the group first and answer what
 * was taken; SIGHUP reads the keys and opens the records' files anew. The keys
 * are the service's from here on. 0, or -1: it could not begin.
 */
int service_run(
    const struct rules *rules, struct keys *keys, struct error *err);

#endif
