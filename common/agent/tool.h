/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_TOOL_H
#define DAYPASS_AGENT_TOOL_H

#include "base/buffer.h"
#include "config/target.h"

/* What the agent knows of the tools: how they name their targets, and which
 * kinds of credential they can use. This table is its own, not the asker's
 * word. */
struct tool {
	const char *name;
	unsigned kinds;
	int (*target)(
	    const char *text, struct target *target, struct error *err);
};

/* NULL: no such tool. */
const struct tool *tool_named(const char *name);

/* The audience of an id token that a tool hands to its target as it is, where
 * the binding does not say. */
void tool_audience(const struct tool *tool, const struct target *target,
    struct buffer *audience);

/* The user name that goes with a token as password, by host and by the
 * exchange (may be NULL) that made it. Where any will do, it is the one that
 * was asked for (may be NULL). */
const char *tool_username(
    const struct target *target, const char *exchange, const char *asked);

#endif
