/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ANSWER_H
#define DAYPASS_AGENT_ANSWER_H

#include "agent/asker.h"
#include "agent/road.h"

/* Answers a get with a credential; with `none` where the asker wants that of
 * another user name. docs/wire.md has the keys. */
void answer_credential(struct asker *asker, const struct road *road,
    const struct credential *credential);

/* Answers that nothing binds the target. A mistake in what holds for all of a
 * tool must not pass for that. */
void answer_none(struct asker *asker, const struct config *config);

#endif
