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

/* The names of what the chain makes, the last one first. */
static void
name_credentials(const struct road *road, const char *names[ROAD_STEPS + 1])
{
	size_t count = 0;

	for (size_t i = road->count; i-- > 1;)
		names[count++] = road->steps[i].credential;
	names[count] = NULL;
}

static int
judge(const struct config *config, struct road *road,
    const struct actor *actor, const struct settings *claims,
    struct error *err)
{
	scoped(buffer) struct buffer id_token = BUFFER(TARGET_MAX + 512);
	const char *names[ROAD_STEPS + 1];
	struct asking asking = {.tool = road->tool,
	    .target = road->target.text,
	    .credentials = names,
	    .claims = claims,
	    .minute = minute_of_day()};

	name_credentials(road, names);
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

/* Records are not written yet: to overlook that would grant what somebody
 * wrote down to be withheld. */
static int
check_promises(const struct config *config, struct error *err)
{
	const struct settings *audit = NULL;
	const char *required;

	if (config_section(config, "audit", NULL, &audit, err) == -1)
		return error_at(err, STAGE_POLICY);
	required = settings_get(audit, "required");
	if (required == NULL || text_boolean(required) != 1)
		return 0;
	error_set(err, FAULT_REFUSED,
	    "policy: [audit] is required, and this version keeps none: "
	    "nothing is handed out");
	return error_at(err, STAGE_POLICY);
}

int
road_judge(const struct config *config, struct road *road,
    const struct actor *actor, const struct settings *claims,
    struct error *err)
{
	verdict_clear(&road->verdict);
	free(road->session);
	if ((road->session = strdup(actor->session)) == NULL)
		return no_memory(err);
	/* the usual case, and it costs nothing */
	if (policy_applies(config, actor->names) &&
	    judge(config, road, actor, claims, err) == -1)
		return -1;
	if (road->verdict.decision == DECISION_DENY)
		return policy_refuse(&road->verdict, actor->names[0], err);
	if (check_promises(config, err) == -1)
		return -1;
	if (!road->verdict.wants_claims && narrow(config, road, err) == -1)
		return -1;
	return road_keys(road, actor->session, err);
}
