/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/actor.h"
#include "agent/audit.h"
#include "agent/flight_inner.h"
#include "agent/log.h"
#include "agent/recall.h"
#include "agent/rest.h"
#include "agent/sessions.h"
#include "agent/vault.h"
#include "base/clock.h"

/* Seconds that an issuer's idea of a life may be longer than ours. */
#define MAX_TTL_SLACK 60

static void
log_landing(const struct flight *flight, const struct credential *credential)
{
	const struct step *step = flight_step(flight);
	char expires[CLOCK_TEXT];

	log_event(flight->agent->log, LOG_LEVEL_NOTICE,
	    "minted %s (%s) for %s, %s sub=%s", step->credential,
	    step->exchange == NULL ? step->identity->name
				   : step->exchange->name,
	    flight->road->target.text[0] != '\0' ? flight->road->target.text
						 : step->credential,
	    credential->expires == 0
		? "no expiry said,"
		: clock_rfc3339(credential->expires, expires),
	    credential->subject == NULL ? "" : credential->subject);
}

/* Does it live for longer than the policies leave? */
static bool
lives_too_long(const struct flight *flight, const struct credential *credential)
{
	struct lifetime lifetime = lifetime_of(credential);
	int64_t most = flight->road->verdict.max_ttl;

	return flight_is_last(flight) && most != 0 &&
	       lifetime_left(&lifetime) > most + MAX_TTL_SLACK;
}

/* What lives for too long and cannot be taken back is not handed out. */
static int
check_life(const struct flight *flight, const struct credential *credential,
    struct error *err)
{
	const struct verdict *verdict = &flight->road->verdict;
	struct lifetime lifetime = lifetime_of(credential);

	if (!lives_too_long(flight, credential) ||
	    ledger_takes(flight_step(flight), credential))
		return 0;
	error_set(err, FAULT_REFUSED,
	    "policy: [policy \"%s\"] rule \"%s\" allows %lld s, and what "
	    "came lives for %lld s and cannot be taken back: nothing is "
	    "handed out",
	    verdict->policy, verdict->rule == NULL ? "" : verdict->rule,
	    (long long)verdict->max_ttl, (long long)lifetime_left(&lifetime));
	return error_at(err, STAGE_POLICY);
}

/* Is nobody there any more who may have it? NULL: somebody is. */
static const char *
too_late(const struct flight *flight)
{
	const char *id = flight->road->session;
	const struct session *session =
	    sessions_find(flight->agent->sessions, id);

	if (strcmp(id, ACTOR_SELF) != 0 && (session == NULL || session->over))
		return "the session is over";
	if (flight_is_last(flight) && flight->wish.until != 0 &&
	    clock_unix() >= flight->wish.until)
		return "the grant has ended before this was minted";
	return NULL;
}

/* Nobody has it, and nobody is to. */
static void
give_back(struct flight *flight, struct credential **credential)
{
	struct agent *agent = flight->agent;

	if (flight->line == NULL ||
	    !ledger_takes(flight_step(flight), *credential)) {
		credential_free(take(credential));
		return;
	}
	ledger_keep(agent->ledger, take(&flight->line), take(credential));
	recall_due(agent->recall);
}

static int
check_use(
    struct flight *flight, struct credential **credential, struct error *err)
{
	const char *why = too_late(flight);

	if (why == NULL)
		return 0;
	give_back(flight, credential);
	error_set(err, FAULT_REFUSED, "policy: %s", why);
	return error_at(err, STAGE_POLICY);
}

void
flight_lose(struct flight *flight, struct secret *unread)
{
	struct agent *agent = flight->agent;

	if (flight->line == NULL) {
		secret_free(unread);
		return;
	}
	ledger_keep_unread(agent->ledger, take(&flight->line), unread);
	recall_due(agent->recall);
}

int
flight_check(
    struct flight *flight, struct credential **credential, struct error *err)
{
	if (check_use(flight, credential, err) == -1)
		return -1;
	if (check_life(flight, *credential, err) == 0)
		return 0;
	credential_free(take(credential));
	return -1;
}

/* In how many seconds it is to be taken back: what the policies leave, or the
 * grant. -1: it ends by itself before. */
static int64_t
seconds_left(const struct flight *flight, const struct credential *credential)
{
	struct lifetime lifetime = lifetime_of(credential);
	int64_t left = lives_too_long(flight, credential)
			   ? flight->road->verdict.max_ttl
			   : -1;
	int64_t granted = flight->wish.until - clock_unix();

	if (!flight_is_last(flight) || flight->wish.until == 0 ||
	    !ledger_takes(flight_step(flight), credential) ||
	    lifetime_left(&lifetime) <= granted)
		return left;
	return left == -1 || granted < left ? granted : left;
}

/* Notes what can be revoked. What lives for too long is taken back when its
 * time is over, and from now on its life is that short. What cannot be noted
 * is not handed out. */
static int
note_in_ledger(
    struct flight *flight, struct credential **credential, struct error *err)
{
	struct agent *agent = flight->agent;
	int64_t left = seconds_left(flight, *credential);
	struct ledger_line *line = flight->line;

	if (!ledger_takes(flight_step(flight), *credential))
		return 0;
	if (ledger_write(agent->ledger, line, *credential) == -1) {
		give_back(flight, credential);
		return error_set(err, FAULT_SYSTEM,
		    "no memory to note what has to be taken back");
	}
	flight->line = NULL;
	if (left == -1)
		return 0;
	(*credential)->expires = clock_unix() + left;
	line->due = clock_ms() + left * 1000;
	recall_due(agent->recall);
	return 0;
}

/* Who set it off and gets it from here needs no record of the handing out. */
static int
record(struct flight *flight, struct credential *credential, struct error *err)
{
	if (audit_minted(flight->agent->audit, flight->road, flight->step,
		credential, flight->wish.refresh, err) == -1)
		return -1;
	flight->road->minted = flight_is_last(flight) && !flight->wish.refresh;
	return 0;
}

/* What was minted goes to the vault if it may be handed out of it later, to
 * the ledger if it can be revoked, and to everyone who waits. */
void
flight_land(struct flight *flight, struct credential *credential)
{
	struct agent *agent = flight->agent;
	const struct step *step = flight_step(flight);
	struct lifetime lifetime;
	struct whose whose = {
	    flight->road->session, flight->road->source, step->credential, ""};
	struct credential *kept = NULL;
	struct error err = {.fault = FAULT_NONE};

	log_landing(flight, credential);
	if (record(flight, credential, &err) == -1 ||
	    note_in_ledger(flight, &credential, &err) == -1) {
		if (credential != NULL)
			give_back(flight, &credential);
		flight_fail(flight, &err);
		return;
	}
	rest_over(agent->rests, step->key);
	secret_free(take(&credential->handle)); /* the ledger's alone */
	lifetime = lifetime_of(credential);
	if (step->exchange == NULL)
		whose.target = step->audience;
	else if (flight_is_last(flight))
		whose.target = flight->road->target.text;
	if (lifetime_enough(&lifetime, credential->kind, 0))
		kept = credential_copy(credential);
	if (kept != NULL)
		vault_put(agent->vault, step->key, kept, &whose);
	flight_end(flight, credential, NULL);
	credential_free(credential);
}
