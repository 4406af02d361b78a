/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_AROUND_H
#define DAYPASS_AGENT_AROUND_H

#include "base/settings.h"
#include "identity/identity.h"
#include "wire/message.h"

/* The value of a variable that the asker sent, or NULL. */
const char *around_asker(const struct message *request, const char *name);

/*
 * What an identity sees: its variables all from the asker if the asker has
 * any of them, else all from the agent. PATH is always the agent's. 1: made.
 * 0: the configuration names a variable that the asker was not asked for yet;
 * its name is in `want`. -1: no memory.
 */
int around_make(const struct identity *identity,
    const struct settings *settings, const struct message *request,
    struct surroundings **around, char want[256], struct error *err);

#endif
