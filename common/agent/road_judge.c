/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/narrow.h"
#include "agent/policy.h"
#include "agent/road_judge.h"
#include "agent/road_key.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"

static int
minute_of_day(void)
{
	time_t now = (time_t)clock_unix();
	struct tm local;

	return localtime_r(&now, &local) == NULL
		   ? 0
		   : local.tm_hour * 60 + local.tm_min;
}

static int
no_memory(struct error *err)
{
	error_set(err, FAULT_SYSTEM, "no memory for a verdict");
	return error_at(err, STAGE_AGENT);
}

/* A road and those of who acts on it, and of who acts on these. */
#define NAMES_MAX (5 * ROAD_STEPS)

static int
add_name(const char *names[NAMES_MAX + 1], size_t *count, const char *name,
    struct error *err)
{
	if (*count == NAMES_MAX)
		return error_set(
		    err, FAULT_CONFIG, "too many actors for a policy to judge");
	names[(*count)++] = name;
	return 0;
}

/* The names of what the chain makes, the last one first, and of what acts for
 * it. -1: more than anybody can mean. */
static int
name_credentials(const struct road *road, const char *names[NAMES_MAX + 1],
    size_t *count, struct error *err)
{
	for (size_t i = road->count; i-- > 1;) {
		const struct step *step = &road->steps[i];

		if (!step->is_bridge &&
		    add_name(names, count, step->credential, err) == -1)
			return -1;
		if (step->actor != NULL &&
		    name_credentials(step->actor, names, count, err) == -1)
			return -1;
	}
	return 0;
}

/* A bridge's name comes behind those that the configuration gave: whoever may
 * have a credential may have the login that it becomes, and whoever may have
 * one login may not have everybody's. */
static int
name_all(const struct road *road, const char *names[NAMES_MAX + 1],
    struct error *err)
{
	size_t count = 0;

	if (name_credentials(road, names, &count, err) == -1)
		return -1;
	for (size_t i = 1; i < road->count; i++)
		if (road->steps[i].is_bridge &&
		    add_name(names, &count, road->steps[i].credential, err) ==
			-1)
			return -1;
	names[count] = NULL;
	return 0;
}

/* Whose all of this is. */
static int
name_session(struct road *road, const char *session)
{
	free(road->session);
	if ((road->session = strdup(session)) == NULL)
		return -1;
	for (size_t i = 1; i < road->count; i++)
		if (road->steps[i].actor != NULL &&
		    name_session(road->steps[i].actor, session) == -1)
			return -1;
	return 0;
}

static int
judge(const struct config *config, struct road *road,
    const struct actor *actor, const struct settings *claims,
    struct error *err)
{
	scoped(buffer) struct buffer id_token = BUFFER(TARGET_MAX + 512);
	const char *names[NAMES_MAX + 1] = {NULL};
	struct asking asking = {.tool = road->tool,
	    .target = road->target.text,
	    .credentials = names,
	    .claims = claims,
	    .minute = minute_of_day()};

	if (name_all(road, names, err) == -1)
		return error_at(err, STAGE_POLICY);
	if (road->count == 1) {
		buffer_printf(
		    &id_token, "id-token:%s", road->steps[0].audience);
		if (buffer_failed(&id_token))
			return no_memory(err);
		asking.id_token = buffer_text(&id_token);
	}
	return policy_judge(
	    config, actor->names, &asking, &road->verdict, err);
}

/* A mistake in [audit] must not pass for no audit, nor one that is required
 * and goes nowhere. */
static int
check_audit(const struct config *config, struct error *err)
{
	const struct settings *audit = NULL;
	const char *required;

	if (config_section(config, "audit", NULL, &audit, err) == -1)
		return error_at(err, STAGE_POLICY);
	required = settings_get(audit, "required");
	if (required == NULL || text_boolean(required) != 1 ||
	    settings_get(audit, "sink") != NULL)
		return 0;
	error_set(err, FAULT_CONFIG,
	    "policy: [audit] is required, and names no sink: nothing is "
	    "handed out");
	return error_at(err, STAGE_POLICY);
}

int
road_judge(const struct config *config, struct road *road,
    const struct actor *actor, const struct settings *claims,
    struct error *err)
{
	verdict_clear(&road->verdict);
	if (name_session(road, actor->session) == -1)
		return no_memory(err);
	/* the usual case, and it costs nothing */
	if (policy_applies(config, actor->names) &&
	    judge(config, road, actor, claims, err) == -1)
		return -1;
	if (road->verdict.decision == DECISION_DENY)
		return policy_refuse(&road->verdict, actor->names[0], err);
	if (check_audit(config, err) == -1)
		return -1;
	if (!road->verdict.wants_claims && narrow(config, road, err) == -1)
		return -1;
	return road_keys(road, actor->session, err);
}
