/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_KEYRING_H
#define DAYPASS_AGENT_KEYRING_H

#include <stdbool.h>

#include "identity/surroundings.h"

/* daypass-keyring, the one program that knows libsecret, and the session bus
 * that it is to use. */
struct keyring_bus {
	char address[1024]; /* "DBUS_SESSION_BUS_ADDRESS=..."; "": none */
	char runtime[512];
	char home[512];
};

/* The bus of these surroundings, or (NULL) of the agent's own. */
void keyring_find(const struct surroundings *around, struct keyring_bus *bus);

/* Starts one, for one child to speak to: gives the descriptor of the child's
 * end, or -1, with the reason in *why. It ends by itself when that descriptor
 * is closed, and not before it has done what it was told last. */
int keyring_start(const struct keyring_bus *bus, const char **why);

/* Could one be started? *why is NULL, or a static sentence. */
bool keyring_is_there(const struct keyring_bus *bus, const char **why);

#endif
