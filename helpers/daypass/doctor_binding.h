/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_DOCTOR_BINDING_H
#define DAYPASS_HELPERS_DAYPASS_DOCTOR_BINDING_H

#include "helpers/daypass/checks.h"
#include "wire/message.h"

/* One line for a binding, whose pattern may have globs, or be "" for any: whom
 * the token is for, and each exchange on the way. `road` is the agent's answer
 * about it, or about a sample of it (shadow.h); NULL: none came. Nothing of it
 * has to stay. */
void doctor_binding(struct checks *checks, const char *tool, const char *target,
    const struct message *road);

/* The claims of the token that a try has gone with, as the check's words;
 * NULL: none are known. */
const char *doctor_claims(const struct message *got);

#endif
