/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_NETWORK_H
#define DAYPASS_AGENT_NETWORK_H

#include "base/error.h"

/* How mints reach the network: set up in the agent, inherited by its
 * children, and set up again when the roots of trust have changed or could
 * not be read the last time. */
struct network;

struct loop;
struct reader;

/* `reader` has the configuration that counts. NULL: no memory. */
struct network *network_new(struct loop *loop, const struct reader *reader);
void network_free(struct network *network);

/* There is a configuration, maybe another one: has the loop do what is costly
 * while it has nothing else to do. Errors can wait until the first mint. */
void network_prepare(struct network *network);

/* A few stats where nothing has changed. -1 with FAULT_CONFIG or FAULT_SYSTEM:
 * no exchange can be run. */
int network_ready(struct network *network, struct error *err);

#endif
