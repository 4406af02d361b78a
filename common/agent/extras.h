/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_EXTRAS_H
#define DAYPASS_AGENT_EXTRAS_H

#include "config/config.h"
#include "wire/message.h"

/* Adds to an answer what the configuration says of a tool as a whole: the
 * fallback of docker, whether gcloud may write its output file. -1 with
 * FAULT_CONFIG: that section holds a mistake. */
int extras_write(const struct config *config, const char *tool,
    struct writing *writing, struct error *err);

#endif
