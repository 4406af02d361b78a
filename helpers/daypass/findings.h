/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_FINDINGS_H
#define DAYPASS_HELPERS_DAYPASS_FINDINGS_H

#include "helpers/daypass/checks.h"
#include "wire/message.h"

/* What doctor found, for people and for scripts. `road` is the agent's answer:
 * the identities, and where one was asked about, the steps. */
void findings_show(const struct message *road, const struct checks *checks);
int findings_json(
    const struct message *road, const struct checks *checks, struct error *err);

#endif
