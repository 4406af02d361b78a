/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/audit_digest.h"
#include "agent/audit_inner.h"
#include "agent/lineage.h"
#include "agent/peer.h"
#include "agent/road.h"

void
audit_set_out(struct asker *asker, struct road *road)
{
	struct audit *audit = asker_agent(asker)->audit;

	if (audit->count == 0)
		return;
	road->asker = peer_pid(asker_fd(asker));
	if (audit->credential != NULL && actor_is_self(asker_actor(asker)))
		audit_token_around(audit->token, asker_request(asker));
}

void
audit_take_off(struct audit *audit, struct road *road)
{
	if (audit->count > 0 && road->process == NULL && road->asker > 0)
		road->process = lineage_json(road->asker);
}

static const char *
target_of(const struct road *road, size_t step)
{
	if (road->steps[step].exchange == NULL)
		return road->steps[step].audience;
	return road->target.text;
}

static void
add_verdict(struct event *event, const struct road *road, const char *verdict)
{
	event_text(event, "verdict", verdict);
	event_text(event, "policy", road->verdict.policy);
	event_text(event, "rule", road->verdict.rule);
	if (road->verdict.max_ttl > 0)
		event_number(event, "max_ttl", road->verdict.max_ttl);
	event_text(event, "approval", road->approval);
	event_text(event, "approver", road->approver);
}

static void
add_road(struct event *event, const struct road *road, size_t step)
{
	const struct step *at = &road->steps[step];

	event_text(event, "tool", road->tool);
	event_text(event, "target", target_of(road, step));
	event_text(event, "binding", road->binding);
	event_text(event, "credential", at->credential);
	event_text(event, "exchange",
	    at->exchange == NULL ? "id-token" : at->exchange->name);
	event_text(event, "identity", road->source);
}

static void
add_credential(struct event *event, const struct credential *credential)
{
	event_text(event, "kind", kind_name(credential->kind));
	if (credential->expires > 0)
		event_time(event, "expires", credential->expires);
	event_flag(event, "revocable", credential->revocable);
	if (credential->kind == KIND_AWS)
		event_text(event, "access_key_id", credential->name);
	event_text(event, "issuer", credential->issuer);
	event_text(event, "subject", credential->subject);
	event_text(event, "sha256", credential->sha256);
}

static const char *
allowed(const struct road *road)
{
	return road->approval != NULL ? "approve" : "allow";
}

int
audit_minted(struct audit *audit, const struct road *road, size_t step,
    struct credential *credential, bool refresh, struct error *err)
{
	struct event event;

	audit_digest(credential);
	if (audit->count == 0)
		return 0;
	audit_start(audit, &event, "mint", target_of(road, step));
	audit_actor(audit, &event, road->session);
	event_raw(&event, "process", road->process);
	add_verdict(&event, road, allowed(road));
	add_road(&event, road, step);
	add_credential(&event, credential);
	if (refresh)
		event_flag(&event, "refresh", true);
	if (audit_keep(audit, &event, true) == 0 || !audit->required)
		return 0;
	return audit_refuse(audit, err);
}

void
audit_not_minted(struct audit *audit, const struct road *road, size_t step,
    const struct error *err)
{
	struct event event;

	if (audit->count == 0)
		return;
	audit_start(audit, &event, "mint.failed", target_of(road, step));
	audit_actor(audit, &event, road->session);
	event_raw(&event, "process", road->process);
	add_verdict(&event, road,
	    err->stage == STAGE_POLICY ? "deny" : allowed(road));
	add_road(&event, road, step);
	event_text(&event, "fault", fault_name(err->fault));
	event_text(&event, "error", err->text);
	audit_keep(audit, &event, true);
}

static struct hit
hit_of(const char *type, const struct road *road)
{
	return (struct hit){.type = type,
	    .session = road->session,
	    .tool = road->tool,
	    .target = target_of(road, road->count - 1),
	    .credential = road_last(road)->credential,
	    .pid = road->asker};
}

void
audit_handed_out(struct audit *audit, struct road *road,
    const struct credential *credential)
{
	struct hit hit;

	if (audit->count == 0 || road->minted)
		return;
	hit = hit_of("hit", road);
	hit.sha256 = credential->sha256;
	hits_count(audit, &hit, false);
}

/* The same denial again, as by a tool that tries and tries, is counted. */
static bool
is_old(struct audit *audit, const struct actor *actor, const struct road *road)
{
	struct hit hit = {.type = "deny", .session = actor->session};

	if (road != NULL)
		hit = hit_of("deny", road);
	return hits_count(audit, &hit, true);
}

void
audit_denied(
    struct asker *asker, struct road *road, const struct error *err)
{
	const struct actor *actor = asker_actor(asker);
	struct audit *audit = asker_agent(asker)->audit;
	struct event event;

	if (audit->count == 0 || is_old(audit, actor, road) ||
	    !audit_has_room(audit))
		return;
	if (road != NULL && road->asker == 0)
		audit_set_out(asker, road);
	if (road != NULL)
		audit_take_off(audit, road);
	audit_start(audit, &event, "deny",
	    road == NULL ? NULL : target_of(road, road->count - 1));
	audit_actor(audit, &event, actor->session);
	if (road == NULL) {
		scoped(string) char *process =
		    lineage_json(peer_pid(asker_fd(asker)));

		event_raw(&event, "process", process);
		event_text(&event, "verdict", "deny");
		event_text(&event, "verb", asker_request(asker)->word);
	} else {
		event_raw(&event, "process", road->process);
		add_verdict(&event, road, "deny");
		add_road(&event, road, road->count - 1);
	}
	event_text(&event, "fault", fault_name(err->fault));
	event_text(&event, "error", err->text);
	audit_keep(audit, &event, true);
}

void
audit_approval(struct audit *audit, struct approval *approval,
    const char *what, struct asker *who)
{
	struct road *road = approval->road;
	struct event event;
	char type[32];

	if (audit->count == 0)
		return;
	audit_take_off(audit, road);
	snprintf(type, sizeof(type), "approval.%s", what);
	audit_start(
	    audit, &event, type, target_of(road, road->count - 1));
	audit_actor(audit, &event, road->session);
	event_raw(&event, "process", road->process);
	event_text(&event, "approval", approval->id);
	event_text(&event, "approver", approval->approver);
	if (who != NULL) {
		scoped(string) char *process =
		    lineage_json(peer_pid(asker_fd(who)));

		event_raw(&event, "approver_process", process);
	}
	event_text(&event, "verdict",
	    strcmp(what, "requested") == 0 || strcmp(what, "granted") == 0
		? "approve"
		: "deny");
	event_text(&event, "policy", road->verdict.policy);
	event_text(&event, "rule", road->verdict.rule);
	add_road(&event, road, road->count - 1);
	event_text(&event, "why", approval->why);
	event_time(&event, "expires", approval->expires);
	audit_keep(audit, &event, true);
}

void
audit_revoked(struct audit *audit, const struct ledger_line *line,
    const struct error *err)
{
	bool revoked = err->fault == FAULT_NONE;
	struct event event;

	if (audit->count == 0)
		return;
	audit_start(audit, &event, "revoke", target_of(line->road, line->step));
	audit_actor(audit, &event, line->road->session);
	event_flag(&event, "revoked", revoked);
	add_road(&event, line->road, line->step);
	add_credential(&event, line->credential);
	if (!revoked)
		event_text(&event, "error", err->text);
	audit_keep(audit, &event, true);
}

void
audit_session(
    struct audit *audit, const struct session *session, const char *why)
{
	scoped(string) char *process = NULL;
	struct event event;

	if (audit->count == 0)
		return;
	audit_start(audit, &event,
	    why == NULL ? "session.opened" : "session.ended",
	    session->names[0]);
	audit_actor(audit, &event, session->id);
	if (why == NULL)
		process = lineage_json(session->leader.pid);
	event_raw(&event, "process", process);
	event_number(&event, "leader", session->leader.pid);
	if (session->deadline > 0)
		event_time(&event, "expires", session->deadline);
	event_text(&event, "why", why);
	audit_keep(audit, &event, true);
}
