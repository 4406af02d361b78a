/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_TABLE_H
#define DAYPASS_HELPERS_DAYPASS_TABLE_H

#include "base/json.h"
#include "wire/message.h"

/* Prints what `daypass status --json` says, for people; `answer` is the
 * agent's, which also names everybody for whom something is held. */
void table_status(const struct json *status, const struct message *answer);

#endif
