/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/approvals.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/json.h"

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

static void
add_limits(struct buffer *out, const struct verdict *verdict)
{
	const char *comma = "";

	buffer_add_string(out, ",\"limits\":{");
	if (verdict->max_ttl > 0) {
		buffer_printf(
		    out, "\"max-ttl\":%lld", (long long)verdict->max_ttl);
		comma = ",";
	}
	for (size_t i = 0; i < settings_count(verdict->limits); i++) {
		const struct setting *limit = settings_at(verdict->limits, i);

		if (settings_next(verdict->limits, limit->key, NULL) != limit)
			continue; /* told with the first of its key */
		buffer_printf(out, "%s\"%s\":[", comma, limit->key);
		settings_each(each, verdict->limits, limit->key)
		{
			if (each != limit)
				buffer_add_string(out, ",");
			json_quote(out, each->value);
		}
		buffer_add_string(out, "]");
		comma = ",";
	}
	buffer_add_string(out, "}");
}

void
approval_json(const struct approval *approval, struct buffer *out)
{
	static const char *const states[] = {"pending", "granted", "denied"};
	const struct road *road = approval->road;
	const struct step *last = road_last(road);
	struct buffer one = BUFFER(16 * 1024);

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
	add(&one, "why", approval->why);
	add_time(&one, "since", approval->since);
	add_time(&one, "expires_at", approval->expires);
	buffer_add_string(&one, "}");
	if (!buffer_failed(&one))
		buffer_add_string(out, buffer_text(&one));
	buffer_free(&one);
}
