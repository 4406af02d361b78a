/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_WISH_H
#define DAYPASS_AGENT_WISH_H

#include "agent/flight.h"
#include "config/config.h"
#include "wire/message.h"

/* Seconds that [http] timeout gives a whole chain. */
int64_t wish_timeout(const struct config *config);

/* How a request wants its credential. */
struct wish wish_of(const struct message *request, const struct config *config);

#endif
