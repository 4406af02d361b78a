/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "agent/approvals.h"
#include "agent/verbs.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"

#define LIST_MAX (48 * 1024)
#define PIECE 8192
#define PATIENCE_MAX 3600

/* Who has seen all there is, and waits for a change or for long enough. */
struct waiting {
	struct watching watching;
	struct asker *asker;
	struct timer *timer;
};

static void
waiting_free(struct waiting *waiting)
{
	watching_cancel(&waiting->watching);
	timer_free(waiting->timer);
	free(waiting);
}

static void
cancel(struct asker *asker, void *state)
{
	(void)asker;
	waiting_free(state);
}

/* All requests, as a JSON array in pieces: `daypass approvals`. */
static void
answer(struct asker *asker)
{
	struct approvals *approvals = asker_agent(asker)->approvals;
	struct writing *writing = asker_writing(asker, "ok");
	struct buffer json = BUFFER(LIST_MAX + 16 * 1024);
	struct approval *approval;
	size_t omitted = 0;

	buffer_add_string(&json, "[");
	list_each (approval, approvals_all(approvals), link) {
		if (json.length > LIST_MAX) {
			omitted++;
			continue;
		}
		buffer_add_string(&json, json.length == 1 ? "" : ",");
		approval_json(approval, &json);
	}
	buffer_add_string(&json, "]");
	for (size_t at = 0; at < json.length; at += PIECE)
		writing_add_bytes(writing, "json", buffer_text(&json) + at,
		    json.length - at < PIECE ? json.length - at : PIECE);
	if (omitted > 0)
		writing_number(writing, "omitted", (int64_t)omitted);
	writing_number(writing, "serial", approvals_serial(approvals));
	buffer_free(&json);
	asker_answer(asker);
}

static void
answer_waiting(struct waiting *waiting)
{
	struct asker *asker = waiting->asker;

	asker_waits_no_more(asker);
	waiting_free(waiting);
	answer(asker);
}

static void
changed(struct watching *watching)
{
	answer_waiting(list_item(watching, struct waiting, watching));
}

static void
long_enough(void *arg)
{
	struct waiting *waiting = arg;

	waiting->timer = NULL;
	answer_waiting(waiting);
}

static void
begin(struct asker *asker, const struct config *config)
{
	struct agent *agent = asker_agent(asker);
	const struct message *request = asker_request(asker);
	int64_t patience = message_number(request, "patience", 60);
	struct waiting *waiting;

	(void)config;
	if (message_number(request, "after", -1) !=
		approvals_serial(agent->approvals) ||
	    (waiting = calloc(1, sizeof(*waiting))) == NULL) {
		answer(asker);
		return;
	}
	if (patience < 1 || patience > PATIENCE_MAX)
		patience = PATIENCE_MAX;
	waiting->asker = asker;
	waiting->watching.done = changed;
	waiting->timer = loop_timer(agent->loop,
	    clock_ms() + patience * 1000, long_enough, waiting);
	watching_start(agent->approvals, &waiting->watching);
	asker_say_wait(asker, "waiting for a change");
	asker_waits(asker, waiting, cancel);
}

const struct verb verb_approvals = {.name = "approvals",
    .begin = begin,
    .without_config = true,
    .self_only = true};
