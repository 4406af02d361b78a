/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_NETWORK_H
#define DAYPASS_AGENT_NETWORK_H

#include "config/config.h"

/* How mints reach the network: set up in the agent, inherited by its
 * children, and set up again when the roots of trust have changed or could
 * not be read the last time. */
struct network;

struct network *network_new(void); /* NULL: no memory */
void network_free(struct network *network);

/* Does what is costly ahead of the first mint; errors can wait until then. */
void network_prepare(struct network *network);

/* A few stats where nothing has changed. -1 with FAULT_CONFIG or FAULT_SYSTEM:
 * no exchange can be run. `config` may be NULL. */
int network_ready(struct network *network, const struct config *config,
    struct error *err);

#endif
