/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/road_key.h"

struct tracing {
	struct identity_trace trace;
	struct digest_parts *parts;
};

static void
add_trace(struct identity_trace *trace, const char *what)
{
	struct tracing *tracing = (struct tracing *)(void *)trace;

	digest_string(tracing->parts, what);
}

static void
add_settings(struct digest_parts *parts, const struct settings *settings)
{
	for (size_t i = 0; i < settings_count(settings); i++) {
		digest_string(parts, settings_at(settings, i)->key);
		digest_string(parts, settings_at(settings, i)->value);
	}
}

static int
first_key(struct road *road, const char *session, struct error *err)
{
	struct step *step = &road->steps[0];
	const struct secret *block = surroundings_block(road->around);
	struct tracing tracing = {{add_trace}, digest_start()};
	int result = 0;

	digest_string(tracing.parts, session);
	digest_string(tracing.parts, step->identity->name);
	digest_part(tracing.parts, secret_bytes(block), secret_length(block));
	if (step->identity->trace != NULL)
		result = step->identity->trace(
		    step->settings, road->around, &tracing.trace, err);
	digest_string(tracing.parts, step->audience);
	add_settings(tracing.parts, step->settings);
	digest_finish(tracing.parts, step->key);
	return result;
}

void
road_use_key(const struct road *road, unsigned char key[DIGEST_SIZE])
{
	struct digest_parts *parts = digest_start();

	digest_part(parts, road_last(road)->key, DIGEST_SIZE);
	digest_string(parts, road->tool);
	digest_string(parts, road->target.text);
	digest_finish(parts, key);
}

static void
add_names(struct digest_parts *parts, const struct road *road)
{
	for (size_t i = 1; i < road->count; i++) {
		digest_string(parts, road->steps[i].credential);
		if (road->steps[i].actor != NULL)
			add_names(parts, road->steps[i].actor);
	}
}

void
road_grant_key(const struct road *road, unsigned char key[DIGEST_SIZE])
{
	struct digest_parts *parts = digest_start();
	unsigned char use[DIGEST_SIZE];

	road_use_key(road, use);
	digest_part(parts, use, DIGEST_SIZE);
	digest_part(parts, road->verdict.asks, DIGEST_SIZE);
	add_names(parts, road);
	digest_finish(parts, key);
}

/* What a person has to approve is minted for that alone: it ends with the
 * grant, and must not be somebody else's who needs none. */
static void
add_use(struct digest_parts *parts, const struct road *road)
{
	digest_part(parts, road->verdict.asks, DIGEST_SIZE);
	digest_string(parts, road->tool);
	digest_string(parts, road->target.text);
}

int
road_keys(struct road *road, const char *session, struct error *err)
{
	int64_t most = road->verdict.max_ttl;

	if (first_key(road, session, err) == -1)
		return error_at(err, STAGE_IDENTITY);
	for (size_t i = 1; i < road->count; i++) {
		struct step *step = &road->steps[i];
		struct digest_parts *parts = digest_start();

		if (step->actor != NULL &&
		    road_keys(step->actor, session, err) == -1) {
			digest_finish(parts, step->key);
			return -1;
		}
		digest_part(parts, road->steps[i - 1].key, DIGEST_SIZE);
		if (step->actor != NULL)
			digest_part(parts, road_last(step->actor)->key,
			    DIGEST_SIZE);
		digest_string(parts, step->exchange->name);
		add_settings(parts, step->settings);
		/* what was cut short is another credential */
		digest_part(parts, &most, sizeof(most));
		if (road->verdict.decision == DECISION_APPROVE &&
		    i + 1 == road->count)
			add_use(parts, road);
		digest_finish(parts, step->key);
	}
	return 0;
}
