/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "agent/audit.h"
#include "agent/sessions.h"
#include "agent/vault.h"
#include "agent/verbs.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/json.h"

/* The document of `daypass status --json`. It must fit into a message, whose
 * values are smaller still: it goes out in pieces. */
#define DOCUMENT_MAX (48 * 1024)
#define CREDENTIALS_MAX (DOCUMENT_MAX - 16 * 1024)
#define PRINCIPALS_MAX 20

/* Who is in a child session sees what is that session's and no more. */
static bool
may_see(const struct actor *actor, const char *session)
{
	return actor_is_self(actor) || strcmp(actor->session, session) == 0;
}

static void
add_string(struct buffer *out, const char *key, const char *value)
{
	buffer_printf(out, "\"%s\":", key);
	if (value == NULL)
		buffer_add_string(out, "null");
	else
		json_quote(out, value);
}

static void
add_time(struct buffer *out, const char *key, int64_t time)
{
	char text[CLOCK_TEXT];

	add_string(out, key, clock_rfc3339(time, text));
}

static void
add_session(struct buffer *out, const struct agent *agent)
{
	buffer_add_string(out, "\"session\":{");
	add_string(out, "id", agent->session);
	buffer_add_string(out, ",");
	add_time(out, "since", agent->since);
	buffer_printf(out, ",\"agent_pid\":%ld,", (long)getpid());
	add_string(out, "config", reader_path(agent->reader));
	buffer_add_string(out, "}");
}

static void
add_principal(struct buffer *out, const char *source, const char *issuer,
    const char *subject)
{
	buffer_add_string(out, "{");
	add_string(out, "source", source);
	buffer_add_string(out, ",");
	add_string(out, "issuer", issuer);
	buffer_add_string(out, ",");
	add_string(out, "subject", subject);
	buffer_add_string(out, "}");
}

/* Whose the credential is that was minted last. */
static void
add_identity(
    struct buffer *out, const struct agent *agent, const struct actor *actor)
{
	const struct entry *last = NULL;
	struct entry *entry;

	list_each (entry, vault_entries(agent->vault), link)
		if (entry->credential->subject != NULL &&
		    may_see(actor, entry->session))
			last = entry;
	buffer_add_string(out, "\"identity\":");
	if (last != NULL)
		add_principal(out, last->source, last->credential->issuer,
		    last->credential->subject);
	else
		add_principal(out,
		    agent->source[0] == '\0' ? NULL : agent->source, NULL,
		    NULL);
}

static void
add_credential(struct buffer *out, const struct entry *entry)
{
	buffer_add_string(out, "{");
	add_string(out, "name", entry->name);
	buffer_add_string(out, ",");
	add_string(out, "kind", kind_name(entry->credential->kind));
	buffer_add_string(out, ",");
	add_string(out, "session", entry->session);
	buffer_add_string(out, ",");
	add_string(out, "target", entry->target);
	buffer_add_string(out, ",");

	add_time(out, "expires_at", entry->lifetime.expires);
	buffer_printf(out, ",\"revocable\":%s}",
	    entry->credential->revocable ? "true" : "false");
}

static void
add_credentials(
    struct buffer *out, struct agent *agent, const struct actor *actor)
{
	const char *comma = "";
	struct entry *entry;
	unsigned omitted = 0;

	buffer_add_string(out, "\"credentials\":[");
	list_each (entry, vault_entries(agent->vault), link) {
		if (!may_see(actor, entry->session))
			continue;
		if (out->length > CREDENTIALS_MAX) {
			omitted++;
			continue;
		}
		buffer_add_string(out, comma);
		add_credential(out, entry);
		comma = ",";
	}
	buffer_add_string(out, "]");
	if (omitted > 0)
		buffer_printf(out, ",\"credentials_omitted\":%u", omitted);
}

static void
add_child(struct buffer *out, const struct session *session)
{
	buffer_add_string(out, "{");
	add_string(out, "id", session->id);
	buffer_add_string(out, ",");
	add_string(out, "name", session->names[0]);
	buffer_add_string(out, ",");
	add_time(out, "since", session->since);
	buffer_add_string(out, ",");
	if (session->deadline != 0)
		add_time(out, "until", session->deadline);
	else
		add_string(out, "until", NULL);
	buffer_add_string(out, ",");
	add_string(out, "reason", session->reason);
	buffer_printf(out, ",\"advisory\":%s,\"over\":%s,\"leader\":%ld}",
	    session->advisory ? "true" : "false",
	    session->over ? "true" : "false", (long)session->leader.pid);
}

static void
add_sessions(struct buffer *out, struct agent *agent, const struct actor *actor)
{
	const char *comma = "";
	struct session *session;

	buffer_add_string(out, "\"sessions\":[");
	list_each (session, sessions_all(agent->sessions), link) {
		if (!may_see(actor, session->id) ||
		    out->length > CREDENTIALS_MAX)
			continue;
		buffer_add_string(out, comma);
		add_child(out, session);
		comma = ",";
	}
	buffer_add_string(out, "]");
}

/* What has failed names targets of all sessions. */
static void
add_failures(
    struct buffer *out, const struct tally *tally, const struct actor *actor)
{
	const struct failure *failure;

	buffer_add_string(out, "\"failures\":[");
	for (unsigned i = 0; actor_is_self(actor) &&
			     (failure = tally_latest(tally, i)) != NULL &&
			     out->length < DOCUMENT_MAX - 4096;
	     i++) {
		buffer_add_string(out, i == 0 ? "{" : ",{");
		add_string(out, "stage", stage_name(failure->err.stage));
		buffer_add_string(out, ",");
		add_string(out, "fault", fault_name(failure->err.fault));
		buffer_add_string(out, ",");
		add_string(out, "text", failure->err.text);
		buffer_add_string(out, ",");
		add_time(out, "at", failure->at);
		buffer_add_string(out, "}");
	}
	buffer_add_string(out, "]");
}

static void
add_counters(struct buffer *out, const struct tally *tally)
{
	buffer_printf(out,
	    "\"counters\":{\"hits\":%llu,\"mints\":%llu,\"waits\":%llu,"
	    "\"refreshes\":%llu,\"revocations\":%llu,\"failures\":%llu,"
	    "\"failures_by_stage\":{",
	    (unsigned long long)tally->hits, (unsigned long long)tally->mints,
	    (unsigned long long)tally->waits,
	    (unsigned long long)tally->refreshes,
	    (unsigned long long)tally->revocations,
	    (unsigned long long)tally->failures);
	for (enum stage stage = STAGE_CONFIG; stage < STAGE_COUNT; stage++)
		buffer_printf(out, "%s\"%s\":%llu",
		    stage == STAGE_CONFIG ? "" : ",", stage_name(stage),
		    (unsigned long long)tally->failures_at[stage]);
	buffer_add_string(out, "}}");
}

static void
add_document(struct buffer *out, struct agent *agent, const struct actor *actor)
{
	vault_expire(agent->vault);
	buffer_add_string(out, "{");
	add_session(out, agent);
	buffer_add_string(out, ",");
	add_identity(out, agent, actor);
	buffer_add_string(out, ",");
	add_credentials(out, agent, actor);
	buffer_add_string(out, ",");
	add_sessions(out, agent, actor);
	buffer_add_string(out, ",");
	add_failures(out, &agent->tally, actor);
	buffer_add_string(out, ",");
	add_counters(out, &agent->tally);
	buffer_add_string(out, ",");
	audit_json(agent->audit, actor_is_self(actor), out);
	buffer_add_string(out, "}");
}

static bool
is_same(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

/* Has an entry before this one the same principal? */
static bool
is_told(struct link *entries, const struct entry *entry,
    const struct actor *actor)
{
	struct entry *before;

	list_each (before, entries, link) {
		if (before == entry)
			break;
		if (may_see(actor, before->session) &&
		    is_same(before->credential->issuer,
			entry->credential->issuer) &&
		    is_same(before->credential->subject,
			entry->credential->subject))
			return true;
	}
	return false;
}

/* Everybody for whom something is held: more than one after a change of
 * identity in mid-session. */
static void
add_principals(
    struct writing *writing, struct agent *agent, const struct actor *actor)
{
	struct link *entries = vault_entries(agent->vault);
	struct entry *entry;
	unsigned count = 0;

	list_each (entry, entries, link) {
		if (entry->credential->subject == NULL ||
		    !may_see(actor, entry->session) ||
		    count >= PRINCIPALS_MAX || is_told(entries, entry, actor))
			continue;
		writing_add(writing, "principal", entry->credential->subject);
		count++;
	}
}

static void
begin(struct asker *asker, const struct config *config)
{
	struct buffer out = BUFFER(DOCUMENT_MAX);
	struct writing *writing = asker_writing(asker, "ok");
	const char *text;

	(void)config;
	add_document(&out, asker_agent(asker), asker_actor(asker));
	text = buffer_text(&out);
	for (size_t left = strlen(text), piece; left > 0; left -= piece) {
		piece = left < MESSAGE_VALUE_MAX ? left : MESSAGE_VALUE_MAX;
		writing_add_bytes(writing, "json", text, piece);
		text += piece;
	}
	buffer_free(&out);
	add_principals(writing, asker_agent(asker), asker_actor(asker));
	asker_answer(asker);
}

const struct verb verb_status = {
    .name = "status", .begin = begin, .without_config = true};
