/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_AROUND_H
#define DAYPASS_AGENT_AROUND_H

#include "base/settings.h"
#include "identity/identity.h"
#include "wire/message.h"

#define AROUND_WANT 256

/* The value of a variable that the asker sent, or NULL. */
const char *around_asker(const struct message *request, const char *name);

/*
 * For who asks from within a child session: HOME and XDG_* are the agent's
 * own. A home of its making would choose the program that runs for it, outside
 * of what it is confined to ([identity] command = ~/bin/mint), or whose login.
 */
void around_keep_home(struct message *request);

/*
 * What an identity sees: its variables all from the asker if the asker has
 * any of them, else all from the agent. PATH is always the agent's. 1: made.
 * 0: the configuration names variables that the asker was not asked for yet;
 * their names are in `want`, a blank between. -1: no memory, or no room.
 */
int around_make(const struct identity *identity,
    const struct settings *settings, const struct message *request,
    struct surroundings **around, char want[AROUND_WANT], struct error *err);

/* Says in an answer what is wanted. */
void around_want(struct writing *writing, const char *want);

/* Is any of its variables set, be it the asker's or ours? */
bool around_any(const struct identity *identity, const struct message *request);

#endif
