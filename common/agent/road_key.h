/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ROAD_KEY_H
#define DAYPASS_AGENT_ROAD_KEY_H

#include "agent/road.h"

/* Gives each step its key in the vault: the session, the identity's
 * fingerprint (variables, HOME, program or file with inode and time), the
 * audience, and the chain of exchanges with all their settings, scope and
 * narrowing included. -1: the identity's settings are unusable. */
int road_keys(struct road *road, const char *session, struct error *err);

#endif
