/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/around.h"
#include "agent/claims_known.h"
#include "agent/rest.h"
#include "agent/road.h"
#include "agent/road_judge.h"
#include "agent/vault.h"
#include "agent/verbs.h"

/* What the next get says instead of fetching a third credential that will be
 * rejected as well. */
static void
reject(struct agent *agent, const struct road *road, const struct entry *entry,
    const unsigned char use[DIGEST_SIZE])
{
	const struct credential *credential = entry->credential;
	struct error err;

	error_set(&err, FAULT_REFUSED,
	    "target %s rejects what [%s \"%s\"] hands it: credential %s, "
	    "presented as sub=%s aud=%s iss=%s, twice within 10 s",
	    road->target.text, road->tool,
	    road->binding == NULL ? "" : road->binding, entry->name,
	    credential->subject == NULL ? "(unknown)" : credential->subject,
	    credential->audience == NULL ? "(unknown)" : credential->audience,
	    credential->issuer == NULL ? "(unknown)" : credential->issuer);
	error_at(&err, STAGE_TARGET);
	tally_failure(&agent->tally, &err);
	rest_reject(agent->rests, use, &err);
}

/* git says which password was rejected: a newer one stays. docker does not
 * say, and erases also when nothing was rejected (logout). */
static void
erase(struct agent *agent, const struct road *road, const char *password)
{
	const unsigned char *key = road_last(road)->key;
	struct entry *entry = vault_find(agent->vault, key);
	unsigned char use[DIGEST_SIZE];
	bool says = strcmp(road->tool, "git") == 0;

	if (entry == NULL || (says && password == NULL))
		return;
	if (says && !secret_equal(
			entry->credential->secret, password, strlen(password)))
		return;
	road_use_key(road, use);
	if (says && rest_erased(agent->rests, use))
		reject(agent, road, entry, use);
	vault_drop(agent->vault, entry);
}

/* Rules that look at claims decide what is narrowed, and so which entry is
 * meant: what is held was made with an id token that is held as well. */
static int
judge(const struct asker *asker, const struct config *config,
    struct agent *agent, struct road *road, struct error *err)
{
	const struct actor *actor = asker_actor(asker);
	scoped(settings) struct settings *claims = NULL;
	struct entry *entry;

	if (road_judge(config, road, actor, NULL, err) == -1)
		return -1;
	if (!road->verdict.wants_claims ||
	    (entry = vault_find(agent->vault, road->steps[0].key)) == NULL ||
	    (claims = claims_known(entry->credential)) == NULL)
		return 0;
	return road_judge(config, road, actor, claims, err);
}

static void
begin(struct asker *asker, const struct config *config)
{
	scoped(road) struct road *road = NULL;
	char variable[AROUND_WANT];
	struct error err = {.fault = FAULT_NONE};
	const struct message *request = asker_request(asker);
	enum road_result result =
	    road_find(config, request, &road, variable, &err);

	if (result == ROAD_FOUND &&
	    judge(asker, config, asker_agent(asker), road, &err) == -1)
		result = ROAD_WRONG;
	if (result == ROAD_WRONG) {
		asker_error(asker, &err);
		return;
	}
	if (result == ROAD_FOUND)
		erase(
		    asker_agent(asker), road, message_get(request, "password"));
	if (result == ROAD_WANT)
		around_want(asker_writing(asker, "want"), variable);
	else
		asker_writing(asker, result == ROAD_FOUND ? "ok" : "none");
	asker_answer(asker);
}

const struct verb verb_erase = {.name = "erase", .begin = begin};
