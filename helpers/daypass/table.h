/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_TABLE_H
#define DAYPASS_HELPERS_DAYPASS_TABLE_H

#include <stdio.h>

#include "base/json.h"
#include "wire/message.h"

/* Prints what `daypass status --json` says, for people; `answer` is the
 * agent's, which also names everybody for whom something is held. With `rows`
 * not 0 only so many credentials that all of it is about as many rows. */
void table_status(FILE *to, const struct json *status,
    const struct message *answer, unsigned rows);

#endif
