/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_UPKEEP_H
#define DAYPASS_AGENT_UPKEEP_H

#include "agent/agent.h"

/* What happens without being asked: expiry, the idle end, the leader's exit,
 * settings that take effect when the configuration is read. */
void upkeep_start(struct agent *agent);

#endif
