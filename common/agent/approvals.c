/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "agent/approvals_inner.h"
#include "agent/audit.h"
#include "agent/log.h"
#include "agent/notice.h"
#include "agent/reader.h"
#include "agent/sessions.h"
#include "base/clock.h"
#include "base/text.h"

#define TIMEOUT_SECONDS 300
#define PENDING_MAX 64
#define PENDING_EACH 16 /* of one session and all within it */

struct approvals *
approvals_new(struct agent *agent)
{
	struct approvals *approvals = calloc(1, sizeof(*approvals));

	if (approvals == NULL)
		return NULL;
	approvals->agent = agent;
	list_init(&approvals->all);
	list_init(&approvals->watching);
	/* another agent's serial is none of ours */
	approvals->serial = clock_unix() * 65536;
	return approvals;
}

static void
changed(struct approvals *approvals)
{
	approvals->serial++;
	while (!list_empty(&approvals->watching)) {
		struct watching *watching =
		    list_item(approvals->watching.next, struct watching, link);

		list_remove(&watching->link);
		watching->done(watching);
	}
}

int64_t
approvals_serial(const struct approvals *approvals)
{
	return approvals->serial;
}

void
watching_start(struct approvals *approvals, struct watching *watching)
{
	list_append(&approvals->watching, &watching->link);
}

void
watching_cancel(struct watching *watching)
{
	list_remove(&watching->link);
}

static void
approval_free(struct approval *approval)
{
	list_remove(&approval->link);
	timer_free(approval->timer);
	road_release(approval->road);
	free(approval->actor);
	free(approval->outermost);
	free(approval->reason);
	free(approval->why);
	free(approval->approver);
	free(approval);
}

/* It is over; `fate` is told to who still means it. */
static void
approval_end(struct approval *approval, const char *fate)
{
	struct approvals *approvals = approval->approvals;
	struct past *past = &approvals->past[approvals->past_next++ % PAST_MAX];

	memcpy(past->id, approval->id, APPROVAL_ID);
	past->fate = fate;
	approval_free(approval);
	changed(approvals);
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

/* err is NULL where it was granted. */
static void
tell(struct approval *approval, const struct error *err)
{
	while (!list_empty(&approval->applicants)) {
		struct applicant *applicant = list_item(
		    approval->applicants.next, struct applicant, link);

		list_remove(&applicant->link);
		applicant->done(applicant, err == NULL ? approval : NULL, err);
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
	static const char *const fates[] = {
	    [APPROVAL_PENDING] = "nobody answered in time",
	    [APPROVAL_GRANTED] = "it was approved, and the grant has ended",
	    [APPROVAL_DENIED] = "it was denied"};
	struct approval *approval = arg;
	struct error err;

	approval->timer = NULL;
	if (approval->state == APPROVAL_PENDING) {
		free(approval->why);
		approval->why = strdup("nobody answered in time");
		audit_approval(approval->approvals->agent->audit, approval,
		    "expired", NULL);
		refuse(approval, &err);
		tell(approval, &err);
	}
	approval_end(approval, fates[approval->state]);
}

/* -1: no memory for its end, and nothing is changed: what never ends is not
 * granted. */
static int
set_state(struct approval *approval, enum approval_state state, int64_t seconds)
{
	struct timer *timer = loop_timer(approval->approvals->agent->loop,
	    clock_ms() + seconds * 1000, over, approval);

	if (timer == NULL)
		return -1;
	timer_free(approval->timer);
	approval->timer = timer;
	approval->state = state;
	approval->expires = clock_unix() + seconds;
	return 0;
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

	if (config == NULL ||
	    config_section(config, "approval", NULL, &settings, NULL) == -1 ||
	    (timeout = settings_get(settings, "timeout")) == NULL)
		return TIMEOUT_SECONDS;
	return clock_parse_duration(timeout);
}

/* Sessions within a session count as that one. */
static const char *
outermost(const struct actor *actor)
{
	const char *const *name = actor->names;

	while (name[1] != NULL && strcmp(name[1], ACTOR_SELF) != 0)
		name++;
	return *name;
}

static int
fill(struct approval *approval, struct road *road, const struct actor *actor)
{
	struct agent *agent = approval->approvals->agent;
	const struct session *session =
	    sessions_find(agent->sessions, road->session);

	approval->road = road_keep(road);
	approval->since = clock_unix();
	approval->actor = strdup(actor->names[0]);
	approval->outermost = strdup(outermost(actor));
	if (session != NULL && session->reason != NULL &&
	    (approval->reason = strdup(session->reason)) == NULL)
		return -1;
	if (approval->actor == NULL || approval->outermost == NULL)
		return -1;
	return make_id(approval);
}

static struct approval *
approval_new(struct approvals *approvals, const struct config *config,
    struct road *road, const struct actor *actor)
{
	struct approval *approval = calloc(1, sizeof(*approval));

	if (approval == NULL)
		return NULL;
	approval->approvals = approvals;
	list_init(&approval->applicants);
	list_append(&approvals->all, &approval->link);
	road_grant_key(road, approval->key);
	if (fill(approval, road, actor) == -1 ||
	    set_state(approval, APPROVAL_PENDING, timeout_of(config)) == -1) {
		approval_free(approval);
		return NULL;
	}
	log_event(approvals->agent->log, LOG_LEVEL_NOTICE,
	    "request %s of %s waits for approval: %s", approval->id,
	    actor->names[0], road->target.text);
	audit_approval(approvals->agent->audit, approval, "requested", NULL);
	notice_send(approvals->agent, config, approval);
	changed(approvals);
	return approval;
}

static struct approval *
find_key(struct approvals *approvals, const struct road *road)
{
	unsigned char key[DIGEST_SIZE];
	struct approval *approval;

	road_grant_key(road, key);
	list_each (approval, &approvals->all, link)
		if (memcmp(approval->key, key, DIGEST_SIZE) == 0)
			return approval;
	return NULL;
}

/* One session that asks for everything must not keep the others from asking.
 */
static int
check_count(
    struct approvals *approvals, const struct actor *actor, struct error *err)
{
	struct approval *approval;
	size_t all = 0, own = 0;

	list_each (approval, &approvals->all, link) {
		bool waits = approval->state == APPROVAL_PENDING;

		all += waits;
		own +=
		    waits && strcmp(approval->outermost, outermost(actor)) == 0;
	}
	if (all < PENDING_MAX && own < PENDING_EACH)
		return 0;
	error_set(err, FAULT_REFUSED,
	    "policy: %zu requests wait for an approval already: try again when "
	    "they are answered",
	    own < PENDING_EACH ? all : own);
	return error_at(err, STAGE_POLICY);
}

bool
approvals_granted(struct approvals *approvals, const struct road *road)
{
	const struct approval *found = find_key(approvals, road);

	return found != NULL && found->state == APPROVAL_GRANTED;
}

int
approvals_ask(struct approvals *approvals, const struct config *config,
    struct road *road, const struct actor *actor, struct applicant *applicant,
    const struct approval **approval, struct error *err)
{
	struct approval *found = find_key(approvals, road);

	if (found != NULL && found->state == APPROVAL_DENIED)
		return refuse(found, err);
	if (found == NULL && check_count(approvals, actor, err) == -1)
		return -1;
	if (found == NULL &&
	    (found = approval_new(approvals, config, road, actor)) == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory for a request");
		return error_at(err, STAGE_AGENT);
	}
	*approval = found;
	if (found->state == APPROVAL_GRANTED)
		return 1;
	list_append(&found->applicants, &applicant->link);
	return 0;
}

int
approval_grant(struct approval *approval, int64_t seconds, bool once,
    struct asker *by, struct error *err)
{
	if (set_state(approval, APPROVAL_GRANTED, seconds) == -1) {
		error_set(err, FAULT_SYSTEM,
		    "no memory for the end of a grant: it is not granted");
		return error_at(err, STAGE_AGENT);
	}
	approval->once = once;
	audit_approval(
	    approval->approvals->agent->audit, approval, "granted", by);
	tell(approval, NULL);
	if (once)
		approval_end(approval, "it was approved, once");
	else
		changed(approval->approvals);
	return 0;
}

/* It stands for as long as a request would wait: a tool that tries again is
 * told the same. */
void
approval_deny(struct approval *approval, const char *why, struct asker *by)
{
	struct approvals *approvals = approval->approvals;
	char text[256];
	struct error err;

	free(approval->why);
	approval->why =
	    why == NULL || why[0] == '\0'
		? NULL
		: strdup(text_printable(text, sizeof(text), why, strlen(why)));
	audit_approval(approvals->agent->audit, approval, "denied", by);
	refuse(approval, &err);
	tell(approval, &err);
	if (set_state(approval, APPROVAL_DENIED,
		timeout_of(reader_last(approvals->agent->reader))) == -1)
		approval_end(approval, "it was denied");
	else
		changed(approvals);
}

static void
drop(struct approval *approval, enum fault fault, const char *fate)
{
	struct error err;

	error_set(&err, fault, "policy: %s", fate);
	error_at(&err, STAGE_POLICY);
	tell(approval, &err);
	approval_end(approval, fate);
}

void
approvals_drop_session(struct approvals *approvals, const char *session)
{
	struct approval *approval;

	list_each (approval, &approvals->all, link)
		if (strcmp(approval->road->session, session) == 0)
			drop(approval, FAULT_REFUSED,
			    "the session that asked is over");
}

void
approvals_end(struct approvals *approvals)
{
	struct approval *approval;

	list_each (approval, &approvals->all, link)
		drop(approval, FAULT_SYSTEM,
		    "the agent has ended while this waited for an approval");
}
