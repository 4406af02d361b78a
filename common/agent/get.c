/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/answer.h"
#include "agent/approvals.h"
#include "agent/audit.h"
#include "agent/around.h"
#include "agent/claims_known.h"
#include "agent/flight.h"
#include "agent/rest.h"
#include "agent/road_judge.h"
#include "agent/sessions.h"
#include "agent/verbs.h"
#include "agent/wish.h"
#include "base/clock.h"
#include "base/text.h"

#define PATIENCE_MAX (12 * 3600)

/* A get that is on its way: judged, perhaps with the claims of its id token,
 * perhaps approved, then handed out. */
struct getting {
	struct asker *asker;
	char session[SESSION_ID]; /* whose it is: it may end meanwhile */
	struct road *road;
	struct wish wish;
	struct waiter waiter;	    /* for the claims, then the credential */
	struct applicant applicant; /* for an approval */
	struct reading reading;	    /* of the configuration, behind it */
	struct timer *patience;	    /* of the tool, for a person */
	struct audit_waiter record; /* for what has to be written first */
	struct credential *minted;  /* meanwhile */
	char approval[APPROVAL_ID];
	char approver[64];
	unsigned char granted[DIGEST_SIZE]; /* what was approved */
	int64_t until;			    /* and until when; 0: nothing */
	bool *over; /* while begin() has not come back */
};

static void
getting_free(struct getting *getting)
{
	if (getting->over != NULL)
		*getting->over = true;
	waiter_cancel(&getting->waiter);
	applicant_cancel(&getting->applicant);
	reading_cancel(&getting->reading);
	timer_free(getting->patience);
	audit_waiter_cancel(&getting->record);
	credential_free(getting->minted);
	road_release(getting->road);
	free(getting);
}

static void
cancel(struct asker *asker, void *state)
{
	(void)asker;
	getting_free(state);
}

/* The end of it: nothing of it is left when the asker is told. */
static struct asker *
leave(struct getting *getting, struct road **road)
{
	struct asker *asker = getting->asker;

	*road = take(&getting->road);
	asker_waits_no_more(asker);
	getting_free(getting);
	return asker;
}

static void
fail(struct getting *getting, const struct error *err)
{
	scoped(road) struct road *road = NULL;
	struct error told = *err;

	asker_error(leave(getting, &road), &told);
}

/* Failed before anything was minted. */
static void
refuse(struct getting *getting, const struct error *err)
{
	tally_failure(&asker_agent(getting->asker)->tally, err);
	if (err->stage == STAGE_POLICY)
		audit_denied(getting->asker, getting->road, err);
	fail(getting, err);
}

static bool
was_rejected(const struct getting *getting, struct error *err)
{
	struct asker *asker = getting->asker;
	bool look = message_get(asker_request(asker), "probe") != NULL;
	unsigned char use[DIGEST_SIZE];

	road_use_key(getting->road, use);
	return rest_rejected(asker_agent(asker)->rests, use, look, err);
}

static void
answer(struct getting *getting, const struct credential *credential)
{
	struct audit *audit = asker_agent(getting->asker)->audit;
	scoped(road) struct road *road = NULL;
	struct asker *asker = leave(getting, &road);

	audit_handed_out(audit, road, credential);
	answer_credential(asker, road, credential);
}

static void
recorded(struct audit_waiter *record, const struct error *err)
{
	struct getting *getting = list_item(record, struct getting, record);
	scoped(credential) struct credential *credential =
	    take(&getting->minted);

	if (err == NULL)
		answer(getting, credential);
	else
		refuse(getting, err);
}

/* Where records are required it waits until they are written. */
static void
arrived(struct waiter *waiter, const struct credential *credential,
    const struct error *err)
{
	struct getting *getting = list_item(waiter, struct getting, waiter);
	struct audit *audit = asker_agent(getting->asker)->audit;
	struct error no_memory;

	getting->record.done = recorded;
	if (credential == NULL) {
		fail(getting, err);
	} else if (!audit_wait(audit, &getting->record)) {
		answer(getting, credential);
	} else if ((getting->minted = credential_copy(credential)) == NULL) {
		error_errno(&no_memory, "no memory for a credential");
		fail(getting, &no_memory);
	}
}

/* Wants the last step's credential, and waits if it is not there yet. */
static void
hand_out(struct getting *getting)
{
	struct agent *agent = asker_agent(getting->asker);
	struct error err = {.fault = FAULT_NONE};

	if (was_rejected(getting, &err)) {
		fail(getting, &err);
		return;
	}
	if (audit_ready(agent->audit, &err) == -1) {
		refuse(getting, &err);
		return;
	}
	getting->waiter.done = arrived;
	flight_want(agent, getting->road, getting->road->count - 1,
	    &getting->wish, &getting->waiter);
}

/* Whose word it was, for the record. */
static void
note_approval(struct road *road, const char *id, const char *approver)
{
	if (road->approval != NULL)
		return;
	road->approval = strdup(id);
	road->approver = approver == NULL ? NULL : strdup(approver);
}

static void
judge(struct getting *getting, const struct config *config,
    const struct settings *claims);

/* The rules may have changed while a person thought about it: what is handed
 * out goes by those of now. */
static void
look_again(struct reading *reading, const struct config *config,
    const struct error *err)
{
	struct getting *getting = list_item(reading, struct getting, reading);
	struct asker *asker = getting->asker;
	char variable[AROUND_WANT];
	struct error wrong = {.fault = FAULT_NONE};

	if (config == NULL) {
		fail(getting, err);
		return;
	}
	getting->wish.deadline = clock_ms() + wish_timeout(config) * 1000;
	road_release(take(&getting->road));
	if (road_find(config, asker_request(asker), &getting->road, variable,
		&wrong) == ROAD_FOUND) {
		audit_set_out(asker, getting->road);
		judge(getting, config, NULL);
		return;
	}
	if (wrong.fault == FAULT_NONE) {
		error_set(&wrong, FAULT_CONFIG,
		    "the configuration has changed while this waited for an "
		    "approval: try again");
		error_at(&wrong, STAGE_CONFIG);
	}
	refuse(getting, &wrong);
}

/* What a person has said, or nobody in time. */
static void
answered(struct applicant *applicant, const struct approval *grant,
    const struct error *err)
{
	struct getting *getting =
	    list_item(applicant, struct getting, applicant);
	struct agent *agent = asker_agent(getting->asker);

	timer_free(getting->patience);
	getting->patience = NULL;
	if (grant == NULL) {
		refuse(getting, err);
		return;
	}
	memcpy(getting->granted, grant->key, DIGEST_SIZE);
	memcpy(getting->approval, grant->id, APPROVAL_ID);
	text_copy(getting->approver, sizeof(getting->approver),
	    grant->approver == NULL ? "" : grant->approver);
	getting->until = grant->expires;
	getting->reading.done = look_again;
	reader_current(agent->reader, &getting->reading);
}

static void
out_of_patience(void *arg)
{
	struct getting *getting = arg;
	struct error err;

	getting->patience = NULL;
	error_set(&err, FAULT_REFUSED,
	    "policy: this waits for an approval: daypass approve %s (from "
	    "outside of this session), then try again",
	    getting->approval);
	error_at(&err, STAGE_POLICY);
	fail(getting, &err);
}

/* As long as the tool said that it would wait; it is told at once for what. */
static void
wait_for_person(struct getting *getting, const struct approval *approval)
{
	int64_t patience = message_number(
	    asker_request(getting->asker), "patience", 0);
	char text[256];

	memcpy(getting->approval, approval->id, APPROVAL_ID);
	if (patience < 1) {
		out_of_patience(getting);
		return;
	}
	if (patience > PATIENCE_MAX)
		patience = PATIENCE_MAX;
	snprintf(text, sizeof(text),
	    "waiting for approval: daypass approve %s (from outside of this "
	    "session)",
	    approval->id);
	getting->patience =
	    loop_timer(asker_agent(getting->asker)->loop,
		clock_ms() + patience * 1000, out_of_patience, getting);
	asker_say_wait(getting->asker, text);
}

/* Is it what a person has just approved for this very request? */
static bool
is_granted(const struct getting *getting)
{
	unsigned char key[DIGEST_SIZE];

	road_grant_key(getting->road, key);
	return getting->until != 0 &&
	       memcmp(key, getting->granted, DIGEST_SIZE) == 0;
}

/* doctor looks: no person is asked for that. */
static bool
only_looks(const struct getting *getting, struct error *err)
{
	const struct verdict *verdict = &getting->road->verdict;

	if (message_get(asker_request(getting->asker), "probe") == NULL ||
	    approvals_granted(asker_agent(getting->asker)->approvals,
		getting->road))
		return false;
	error_set(err, FAULT_REFUSED,
	    "policy: [policy \"%s\"] rule \"%s\" wants an approval: whoever "
	    "asks for this waits for one",
	    verdict->policy, verdict->rule == NULL ? "" : verdict->rule);
	error_at(err, STAGE_POLICY);
	return true;
}

static void
ask_person(struct getting *getting, const struct config *config,
    const struct actor *actor)
{
	struct agent *agent = asker_agent(getting->asker);
	const struct approval *approval = NULL;
	struct error err = {.fault = FAULT_NONE};

	if (is_granted(getting)) {
		getting->wish.until = getting->until;
		note_approval(
		    getting->road, getting->approval, getting->approver);
		hand_out(getting);
		return;
	}
	if (only_looks(getting, &err)) {
		refuse(getting, &err);
		return;
	}
	getting->applicant.done = answered;
	switch (approvals_ask(agent->approvals, config, getting->road, actor,
	    &getting->applicant, &approval, &err)) {
	case 1:
		getting->wish.until = approval->expires;
		note_approval(
		    getting->road, approval->id, approval->approver);
		hand_out(getting);
		break;
	case 0:
		wait_for_person(getting, approval);
		break;
	default:
		refuse(getting, &err);
		break;
	}
}

static void
claims_arrived(struct waiter *waiter, const struct credential *credential,
    const struct error *err)
{
	struct getting *getting = list_item(waiter, struct getting, waiter);
	scoped(settings) struct settings *claims = NULL;
	struct error no_memory;

	if (credential == NULL) {
		fail(getting, err);
		return;
	}
	if ((claims = claims_known(credential)) == NULL) {
		error_errno(&no_memory, "no memory for claims");
		fail(getting, &no_memory);
		return;
	}
	judge(getting, reader_last(asker_agent(getting->asker)->reader),
	    claims);
}

/* The actor as it is now. -1: its session is over. */
static int
find_actor(
    const struct getting *getting, struct actor *actor, struct error *err)
{
	const struct session *session;

	*actor = actor_self;
	if (strcmp(getting->session, ACTOR_SELF) == 0)
		return 0;
	session = sessions_find(
	    asker_agent(getting->asker)->sessions, getting->session);
	if (session == NULL || session->over) {
		error_set(err, FAULT_REFUSED, "policy: the session is over");
		return error_at(err, STAGE_POLICY);
	}
	session_actor(session, actor);
	return 0;
}

static void
judge(struct getting *getting, const struct config *config,
    const struct settings *claims)
{
	struct agent *agent = asker_agent(getting->asker);
	struct road *road = getting->road;
	struct actor actor;
	struct error err = {.fault = FAULT_NONE};

	if (find_actor(getting, &actor, &err) == -1 ||
	    road_judge(config, road, &actor, claims, &err) == -1) {
		refuse(getting, &err);
	} else if (road->verdict.wants_claims) {
		getting->waiter.done = claims_arrived;
		flight_want(agent, road, 0, &getting->wish, &getting->waiter);
	} else if (road->verdict.decision == DECISION_APPROVE) {
		ask_person(getting, config, &actor);
	} else {
		hand_out(getting);
	}
}

static void
answer_leaderless(struct asker *asker)
{
	struct error err;

	error_set(&err, FAULT_CONFIG,
	    "[session] leader names a process that is gone: the session has "
	    "ended with it");
	error_at(&err, STAGE_CONFIG);
	asker_error(asker, &err);
}

/* A road was found; it is taken over. */
static void
set_off(struct asker *asker, struct road **road, const struct config *config)
{
	struct getting *getting = calloc(1, sizeof(*getting));
	bool over = false;
	struct error err;

	if (getting == NULL) {
		error_errno(&err, "no memory for a request");
		asker_error(asker, &err);
		return;
	}
	getting->asker = asker;
	text_copy(getting->session, sizeof(getting->session),
	    asker_actor(asker)->session);
	getting->road = take(road);
	getting->wish = wish_of(asker_request(asker), config);
	getting->over = &over;
	audit_set_out(asker, getting->road);
	judge(getting, config, NULL);
	if (over)
		return;
	asker_agent(asker)->tally.waits++;
	getting->over = NULL;
	asker_waits(asker, getting, cancel);
}

static void
begin(struct asker *asker, const struct config *config)
{
	struct agent *agent = asker_agent(asker);
	scoped(road) struct road *road = NULL;
	char variable[AROUND_WANT];
	struct error err = {.fault = FAULT_NONE};

	if (agent->leaderless) {
		answer_leaderless(asker);
		return;
	}
	switch (
	    road_find(config, asker_request(asker), &road, variable, &err)) {
	case ROAD_NONE:
		answer_none(asker, config);
		break;
	case ROAD_WANT:
		around_want(asker_writing(asker, "want"), variable);
		asker_answer(asker);
		break;
	case ROAD_WRONG:
		tally_failure(&agent->tally, &err);
		asker_error(asker, &err);
		break;
	case ROAD_FOUND:
		set_off(asker, &road, config);
		break;
	}
}

const struct verb verb_get = {.name = "get", .begin = begin};
