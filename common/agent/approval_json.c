/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/approvals_inner.h"
#include "agent/sessions.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#define APPROVAL_JSON_MAX (16 * 1024)

static void
add(struct buffer *out, const char *key, const char *value)
{
	buffer_printf(out, "%s\"%s\":", out->length == 0 ? "{" : ",", key);
	if (value == NULL)
		buffer_add_string(out, "null");
	else
		json_quote(out, value);
}

static void
add_time(struct buffer *out, const char *key, int64_t time)
{
	char text[CLOCK_TEXT];

	add(out, key, clock_rfc3339(time, text));
}

/* Every key once, with all its values: "scope":["a","b"]. */
static void
add_settings(
    struct buffer *out, const struct settings *settings, const char *comma)
{
	for (size_t i = 0; i < settings_count(settings); i++) {
		const struct setting *setting = settings_at(settings, i);

		if (settings_next(settings, setting->key, NULL) != setting)
			continue; /* told with the first of its key */
		buffer_printf(out, "%s\"%s\":[", comma, setting->key);
		settings_each (each, settings, setting->key) {
			if (each != setting)
				buffer_add_string(out, ",");
			json_quote(out, each->value);
		}
		buffer_add_string(out, "]");
		comma = ",";
	}
}

static void
add_limits(struct buffer *out, const struct verdict *verdict)
{
	buffer_add_string(out, ",\"limits\":{");
	if (verdict->max_ttl > 0)
		buffer_printf(
		    out, "\"max-ttl\":%lld", (long long)verdict->max_ttl);
	add_settings(out, verdict->limits, verdict->max_ttl > 0 ? "," : "");
	buffer_add_string(out, "}");
}

static void
add_quoted(struct buffer *out, struct buffer *text, const char *instead)
{
	json_quote(out, buffer_failed(text) ? instead : buffer_text(text));
	buffer_free(text);
}

/* What will be asked for, as it was narrowed: a name alone tells nothing of
 * the role or repository that it stands for. */
static void
add_asked(struct buffer *out, const struct settings *settings)
{
	buffer_add_string(out, ",\"asks\":[");
	for (size_t i = 0; i < settings_count(settings); i++) {
		const struct setting *setting = settings_at(settings, i);
		struct buffer line = BUFFER(4096);

		buffer_printf(&line, "%s=%s", setting->key, setting->value);
		if (i > 0)
			buffer_add_string(out, ",");
		add_quoted(out, &line, setting->key);
	}
	buffer_add_string(out, "]");
}

/* What the last one is made of, from the nearest on: the name of a login that
 * was added by itself tells nothing of whose login it is. */
static void
add_chain(struct buffer *out, const struct road *road)
{
	buffer_add_string(out, ",\"chain\":[");
	for (size_t i = road->count - 1; i-- > 1;) {
		const struct step *step = &road->steps[i];
		struct buffer line = BUFFER(4096);

		buffer_printf(
		    &line, "%s: %s", step->credential, step->exchange->name);
		for (size_t k = 0; k < settings_count(step->settings); k++) {
			const struct setting *setting =
			    settings_at(step->settings, k);

			if (strcmp(setting->key, "exchange") != 0 &&
			    strcmp(setting->key, "from") != 0)
				buffer_printf(&line, " %s=%s", setting->key,
				    setting->value);
		}
		if (i + 2 < road->count)
			buffer_add_string(out, ",");
		add_quoted(out, &line, step->credential);
	}
	buffer_add_string(out, "]");
}

/* The sessions around it: a name is what who opened a session says, and whoever
 * is inside of one may open another. */
static void
add_within(struct buffer *out, const struct approval *approval)
{
	const struct session *session = sessions_find(
	    approval->approvals->agent->sessions, approval->road->session);

	buffer_add_string(out, ",\"within\":[");
	for (size_t i = 1; session != NULL && session->names[i] != NULL &&
			   session->names[i + 1] != NULL;
	     i++) {
		if (i > 1)
			buffer_add_string(out, ",");
		json_quote(out, session->names[i]);
	}
	buffer_add_string(out, "]");
}

static bool
is_revocable(const struct step *step)
{
	const char *revoke = settings_get(step->settings, "revoke");

	return step->exchange != NULL && step->exchange->revoke != NULL &&
	       (revoke == NULL || text_boolean(revoke) != 0);
}

static size_t
count_waiting(const struct approval *approval)
{
	size_t count = 0;

	for (const struct link *at = approval->applicants.next;
	     at != &approval->applicants; at = at->next)
		count++;
	return count;
}

/* One that is too long does without what can be done without. */
static void
write_one(const struct approval *approval, bool whole, struct buffer *one)
{
	static const char *const states[] = {"pending", "granted", "denied"};
	const struct road *road = approval->road;
	const struct step *last = road_last(road);

	add(one, "id", approval->id);
	add(one, "state", states[approval->state]);
	add(one, "actor", approval->actor);
	add(one, "session", road->session);
	add_within(one, approval);
	add(one, "reason", whole ? approval->reason : NULL);
	add(one, "tool", road->tool);
	add(one, "target",
	    road->target.text[0] != '\0' ? road->target.text
	    : road->count == 1		 ? road->steps[0].audience
					 : "");
	add(one, "credential", last->credential);
	add(one, "exchange",
	    last->exchange == NULL ? "id-token" : last->exchange->name);
	add(one, "policy", road->verdict.policy);
	add(one, "rule", road->verdict.rule);
	add_limits(one, &road->verdict);
	add_asked(one, last->settings);
	if (whole)
		add_chain(one, road);
	else
		buffer_add_string(one, ",\"chain\":[]");
	buffer_printf(one, ",\"revocable\":%s,\"waiting\":%zu",
	    is_revocable(last) ? "true" : "false", count_waiting(approval));
	add(one, "why", approval->why);
	add_time(one, "since", approval->since);
	add_time(one, "expires_at", approval->expires);
	buffer_add_string(one, "}");
}

void
approval_json(const struct approval *approval, struct buffer *out)
{
	struct buffer one = BUFFER(APPROVAL_JSON_MAX);

	write_one(approval, true, &one);
	if (buffer_failed(&one)) {
		buffer_free(&one);
		one = (struct buffer)BUFFER(APPROVAL_JSON_MAX);
		write_one(approval, false, &one);
	}
	buffer_add_string(out, buffer_failed(&one) ? "{}" : buffer_text(&one));
	buffer_free(&one);
}
