/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/approvals.h"
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
		settings_each(each, settings, setting->key)
		{
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
	add_settings(
	    out, verdict->limits, verdict->max_ttl > 0 ? "," : "");
	buffer_add_string(out, "}");
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
		json_quote(out, buffer_failed(&line) ? setting->key
						     : buffer_text(&line));
		buffer_free(&line);
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

void
approval_json(const struct approval *approval, struct buffer *out)
{
	static const char *const states[] = {"pending", "granted", "denied"};
	const struct road *road = approval->road;
	const struct step *last = road_last(road);
	struct buffer one = BUFFER(APPROVAL_JSON_MAX);

	add(&one, "id", approval->id);
	add(&one, "state", states[approval->state]);
	add(&one, "actor", approval->actor);
	add(&one, "session", road->session);
	add(&one, "reason", approval->reason);
	add(&one, "tool", road->tool);
	add(&one, "target",
	    road->target.text[0] != '\0' ? road->target.text
	    : road->count == 1		 ? road->steps[0].audience
					 : "");
	add(&one, "credential", last->credential);
	add(&one, "exchange",
	    last->exchange == NULL ? "id-token" : last->exchange->name);
	add(&one, "policy", road->verdict.policy);
	add(&one, "rule", road->verdict.rule);
	add_limits(&one, &road->verdict);
	add_asked(&one, last->settings);
	buffer_printf(&one, ",\"revocable\":%s,\"waiting\":%zu",
	    is_revocable(last) ? "true" : "false", count_waiting(approval));
	add(&one, "why", approval->why);
	add_time(&one, "since", approval->since);
	add_time(&one, "expires_at", approval->expires);
	buffer_add_string(&one, "}");
	if (!buffer_failed(&one))
		buffer_add_string(out, buffer_text(&one));
	buffer_free(&one);
}
