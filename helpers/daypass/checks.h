/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_CHECKS_H
#define DAYPASS_HELPERS_DAYPASS_CHECKS_H

#include <stdbool.h>

#include "base/error.h"
#include "wire/message.h"

/* What doctor finds: each check with its cause, and what to do about it. */
struct check {
	const char *name;
	bool ok;
	const char *cause; /* NULL: nothing to say */
	const char *remedy;
};

#define CHECKS_TEXT 1280
#define CHECKS_MAX (MESSAGE_ATTRIBUTES + 8)

struct checks {
	unsigned count;
	struct check check[CHECKS_MAX];
	enum fault fault; /* the first one that stands in the way */
	char clock[96];	  /* what the checks of that name say */
	char login[160];
	char actor[192];
	char audience[CHECKS_TEXT];
	char meant[CHECKS_TEXT];
};

/* `cause` must live as long as the checks. FAULT_NONE: it is good. */
void checks_add(struct checks *checks, const char *name, enum fault fault,
    const char *cause);

/* checks_add where what to do about it stands in words of its own. */
void checks_fail(struct checks *checks, const char *name, enum fault fault,
    const char *cause, const char *remedy);

/* checks_add where only the cause itself can tell what to do. */
void checks_bare(struct checks *checks, const char *name, enum fault fault,
    const char *cause);

/* One that is worth a word but stands in nobody's way; checks_say() with what
 * to do about it in its own words. */
void checks_say(struct checks *checks, const char *name, bool ok,
    const char *cause, const char *remedy);
void checks_note(struct checks *checks, const char *name, enum fault fault,
    const char *cause);

/* What the agent's answer to `road` says of configuration, memory, children,
 * clock, identity and road. `whole`: it was not asked for one target's sake,
 * so that every mistake counts. */
void checks_read(struct checks *checks, const struct message *road, bool whole);

/* How far the others' clocks are from ours, once a mint has shown it; said
 * once. */
void checks_clock(struct checks *checks, const struct message *road);

/* The identity's token may be for others than the road wanted: is what `get`
 * answered for the audience of the road's first step? Says something only if
 * it is not. */
void checks_audience(struct checks *checks, const struct message *road,
    const struct message *got);

#endif
