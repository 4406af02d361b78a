/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_APPROVALS_INNER_H
#define DAYPASS_AGENT_APPROVALS_INNER_H

#include "agent/approvals.h"

/* What the approvals*.c files share. */

/* What became of requests that are over, for who comes too late. */
#define PAST_MAX 32

struct past {
	char id[APPROVAL_ID];
	const char *fate; /* static */
};

struct approvals {
	struct agent *agent;
	struct link all;
	struct link watching;
	int64_t serial;
	struct past past[PAST_MAX];
	size_t past_next;
};

#endif
