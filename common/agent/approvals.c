/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "agent/approvals.h"
#include "agent/log.h"
#include "agent/notice.h"
#include "agent/sessions.h"
#include "base/clock.h"

#define TIMEOUT_SECONDS 300
#define PENDING_MAX 64

struct approvals {
	struct agent *agent;
	struct link all;
};

struct approvals *
approvals_new(struct agent *agent)
{
	struct approvals *approvals = calloc(1, sizeof(*approvals));

	if (approvals == NULL)
		return NULL;
	approvals->agent = agent;
	list_init(&approvals->all);
	return approvals;
}

static void
approval_free(struct approval *approval)
{
	list_remove(&approval->link);
	timer_free(approval->timer);
	road_release(approval->road);
	free(approval->actor);
	free(approval->reason);
	free(approval->why);
	free(approval);
}

void
approvals_free(struct approvals *approvals)
{
	struct approval *approval;

	if (approvals == NULL)
		return;
	list_each (approval, &approvals->all, link)
		approval_free(approval);
	free(approvals);
}

struct link *
approvals_all(struct approvals *approvals)
{
	return &approvals->all;
}

void
applicant_cancel(struct applicant *applicant)
{
	list_remove(&applicant->link);
}

static void
tell(struct approval *approval, const struct error *err)
{
	while (!list_empty(&approval->applicants)) {
		struct applicant *applicant = list_item(
		    approval->applicants.next, struct applicant, link);

		list_remove(&applicant->link);
		applicant->done(applicant, err);
	}
}

static int
refuse(const struct approval *approval, struct error *err)
{
	error_set(err, FAULT_REFUSED,
	    "policy: request %s of %s was not approved: %s; asking again will "
	    "not help",
	    approval->id, approval->actor,
	    approval->why == NULL ? "denied" : approval->why);
	return error_at(err, STAGE_POLICY);
}

static void
over(void *arg)
{
	struct approval *approval = arg;
	struct error err;

	approval->timer = NULL;
	if (approval->state == APPROVAL_PENDING) {
		free(approval->why);
		approval->why = strdup("nobody answered in time");
		refuse(approval, &err);
		tell(approval, &err);
	}
	approval_free(approval);
}

static void
set_state(struct approval *approval, enum approval_state state, int64_t seconds)
{
	approval->state = state;
	approval->expires = clock_unix() + seconds;
	timer_free(approval->timer);
	approval->timer = loop_timer(approval->approvals->agent->loop,
	    clock_ms() + seconds * 1000, over, approval);
}

/* Letters and digits that are not taken for one another. */
static int
make_id(struct approval *approval)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	unsigned char random[APPROVAL_ID - 1];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -1;
	for (size_t i = 0; i < sizeof(random); i++)
		approval->id[i] = letters[random[i] % (sizeof(letters) - 1)];
	return 0;
}

static int64_t
timeout_of(const struct config *config)
{
	const struct settings *settings = NULL;
	const char *timeout;

	if (config_section(config, "approval", NULL, &settings, NULL) == -1 ||
	    (timeout = settings_get(settings, "timeout")) == NULL)
		return TIMEOUT_SECONDS;
	return clock_parse_duration(timeout);
}

static int
fill(struct approval *approval, struct road *road, const char *actor)
{
	struct agent *agent = approval->approvals->agent;
	const struct session *session =
	    sessions_find(agent->sessions, road->session);

	approval->road = road_keep(road);
	approval->since = clock_unix();
	approval->actor = strdup(actor);
	if (session != NULL && session->reason != NULL &&
	    (approval->reason = strdup(session->reason)) == NULL)
		return -1;
	return approval->actor == NULL ? -1 : make_id(approval);
}

static struct approval *
approval_new(struct approvals *approvals, const struct config *config,
    struct road *road, const char *actor)
{
	struct approval *approval = calloc(1, sizeof(*approval));

	if (approval == NULL)
		return NULL;
	approval->approvals = approvals;
	list_init(&approval->applicants);
	list_append(&approvals->all, &approval->link);
	if (fill(approval, road, actor) == -1) {
		approval_free(approval);
		return NULL;
	}
	road_use_key(road, approval->key);
	set_state(approval, APPROVAL_PENDING, timeout_of(config));
	log_event(approvals->agent->log, LOG_LEVEL_NOTICE,
	    "request %s of %s waits for approval: %s", approval->id, actor,
	    road->target.text);
	notice_send(approvals->agent, config, approval);
	return approval;
}

static struct approval *
find_key(struct approvals *approvals, const struct road *road)
{
	unsigned char key[DIGEST_SIZE];
	struct approval *approval;

	road_use_key(road, key);
	list_each (approval, &approvals->all, link)
		if (memcmp(approval->key, key, DIGEST_SIZE) == 0)
			return approval;
	return NULL;
}

static size_t
count_of(struct approvals *approvals)
{
	struct approval *approval;
	size_t count = 0;

	list_each (approval, &approvals->all, link)
		count += approval->state == APPROVAL_PENDING;
	return count;
}

static int
too_many(struct error *err)
{
	error_set(err, FAULT_REFUSED,
	    "policy: %d requests wait for an approval already", PENDING_MAX);
	return error_at(err, STAGE_POLICY);
}

int
approvals_ask(struct approvals *approvals, const struct config *config,
    struct road *road, const char *actor, struct applicant *applicant,
    struct approval **pending, struct error *err)
{
	struct approval *approval = find_key(approvals, road);

	if (approval != NULL && approval->state == APPROVAL_GRANTED)
		return 1;
	if (approval != NULL && approval->state == APPROVAL_DENIED)
		return refuse(approval, err);
	if (approval == NULL && count_of(approvals) >= PENDING_MAX)
		return too_many(err);
	if (approval == NULL && (approval = approval_new(approvals, config,
				     road, actor)) == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory for a request");
		return error_at(err, STAGE_AGENT);
	}
	list_append(&approval->applicants, &applicant->link);
	*pending = approval;
	return 0;
}

struct approval *
approvals_find(struct approvals *approvals, const char *id)
{
	struct approval *approval;

	list_each (approval, &approvals->all, link)
		if (strcmp(approval->id, id) == 0)
			return approval;
	return NULL;
}

void
approval_grant(struct approval *approval, int64_t seconds, bool once)
{
	approval->once = once;
	set_state(approval, APPROVAL_GRANTED, seconds);
	tell(approval, NULL);
	if (once)
		approval_free(approval);
}

/* It stands for as long as a request would wait: a tool that tries again is
 * told the same. */
void
approval_deny(struct approval *approval, const char *why)
{
	struct error err;

	free(approval->why);
	approval->why = why == NULL ? NULL : strdup(why);
	set_state(approval, APPROVAL_DENIED, TIMEOUT_SECONDS);
	refuse(approval, &err);
	tell(approval, &err);
}

void
approvals_drop_session(struct approvals *approvals, const char *session)
{
	struct approval *approval;
	struct error err;

	list_each (approval, &approvals->all, link) {
		if (strcmp(approval->road->session, session) != 0)
			continue;
		error_set(&err, FAULT_REFUSED, "policy: the session is over");
		error_at(&err, STAGE_POLICY);
		tell(approval, &err);
		approval_free(approval);
	}
}
