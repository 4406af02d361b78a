/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_DOCTOR_NETWORK_H
#define DAYPASS_HELPERS_DAYPASS_DOCTOR_NETWORK_H

#include "helpers/daypass/checks.h"

/* One line for each host that the configuration leads to: name, connection,
 * proxy and TLS, as the agent finds them. Takes a few seconds at most. What is
 * said lives as long as the process. */
void doctor_network(struct checks *checks);

#endif
