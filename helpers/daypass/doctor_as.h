/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_DOCTOR_AS_H
#define DAYPASS_HELPERS_DAYPASS_DOCTOR_AS_H

#include "helpers/daypass/checks.h"

/* What of the isolation of `daypass run --as` this machine gives: each part is
 * tried, in a child that ends at once. What is said lives as long as the
 * process. */
void doctor_isolation(struct checks *checks);

/* What the agent's answer to `road` with `as=NAME` says of what is handed out:
 * does it open its target alone? */
void doctor_scope(struct checks *checks, const struct message *road);

#endif
