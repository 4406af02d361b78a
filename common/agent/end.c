/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/ending.h"
#include "agent/listener.h"
#include "agent/verbs.h"

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

static void
tell_revoked(void *arg, const char *name)
{
	writing_add(arg, "revoked", name);
}

static void
tell_expiring(void *arg, const char *name, int64_t expires)
{
	writing_add(arg, "expiring", name);
	writing_number(arg, "expires", expires);
}

static void
done(struct mourner *mourner, const struct ending *ending)
{
	struct waiting *waiting = list_item(mourner, struct waiting, mourner);
	struct asker *asker = waiting->asker;

	asker_waits_no_more(asker);
	free(waiting);
	ending_tell(ending, tell_revoked, tell_expiring,
	    asker_writing(asker, "ok"));
	asker_answer(asker);
}

/* The mark that keeps helpers from starting a new agent. */
static int
leave_mark(struct agent *agent, struct error *err)
{
	int fd;

	if (agent->listener == NULL)
		return 0;
	fd = openat(listener_directory(agent->listener), "hold",
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return error_errno(err, "cannot leave the mark 'hold'");
	close(fd);
	return 0;
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
		leave_mark(asker_agent(asker), &err);
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
    .name = "end", .begin = begin, .without_config = true};
