/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "agent/ending.h"
#include "agent/listener.h"
#include "agent/verbs.h"
#include "wire/hold.h"

/* Somebody who asked for the end and waits for its report. */
struct waiting {
	struct mourner mourner;
	struct asker *asker;
};

static void
cancel(struct asker *asker, void *state)
{
	struct waiting *waiting = state;

	(void)asker;
	mourner_cancel(&waiting->mourner);
	free(waiting);
}

/* A message holds so many lines and no more: the rest is counted. */
#define TOLD_MAX 480

struct telling {
	struct writing *writing;
	unsigned lines;
	unsigned omitted;
};

static bool
has_room(struct telling *telling, unsigned lines)
{
	if (telling->lines + lines > TOLD_MAX) {
		telling->omitted++;
		return false;
	}
	telling->lines += lines;
	return true;
}

static void
tell_revoked(void *arg, const char *name)
{
	struct telling *telling = arg;

	if (has_room(telling, 1))
		writing_add(telling->writing, "revoked", name);
}

static void
tell_expiring(
    void *arg, const char *name, const char *audience, int64_t expires)
{
	struct telling *telling = arg;

	if (!has_room(telling, audience != NULL ? 3 : 2))
		return;
	writing_add(telling->writing, "expiring", name);
	writing_number(telling->writing, "expires", expires);
	if (audience != NULL)
		writing_add(telling->writing, "audience", audience);
}

static void
done(struct mourner *mourner, const struct ending *ending)
{
	struct waiting *waiting = list_item(mourner, struct waiting, mourner);
	struct asker *asker = waiting->asker;
	struct telling telling = {.writing = asker_writing(asker, "ok")};

	asker_waits_no_more(asker);
	free(waiting);
	ending_tell(ending, tell_revoked, tell_expiring, &telling);
	if (telling.omitted > 0)
		writing_number(telling.writing, "omitted", telling.omitted);
	asker_answer(asker);
}

static void
hold(const struct agent *agent, struct error *err)
{
	if (agent->listener != NULL)
		hold_set(listener_directory(agent->listener), err);
}

static void
begin(struct asker *asker, const struct config *config)
{
	struct waiting *waiting = calloc(1, sizeof(*waiting));
	struct error err = {.fault = FAULT_NONE};

	(void)config;
	if (waiting == NULL)
		error_errno(&err, "no memory for the end");
	else if (message_get(asker_request(asker), "hold") != NULL)
		hold(asker_agent(asker), &err);
	if (err.fault != FAULT_NONE) {
		free(waiting);
		error_at(&err, STAGE_AGENT);
		asker_error(asker, &err);
		return;
	}
	waiting->mourner.done = done;
	waiting->asker = asker;
	asker_waits(asker, waiting, cancel);
	ending_begin(asker_agent(asker), &waiting->mourner);
}

const struct verb verb_end = {
    .name = "end",
    .begin = begin,
    .without_config = true,
    .self_only = true};
