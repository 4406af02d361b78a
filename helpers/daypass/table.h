/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_TABLE_H
#define DAYPASS_HELPERS_DAYPASS_TABLE_H

#include "base/json.h"

/* Prints what `daypass status --json` says, for people. */
void table_status(const struct json *status);

#endif
