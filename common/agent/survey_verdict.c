/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/survey_verdict.h"
#include "base/buffer.h"

int
survey_actor(const struct asker *asker, struct actor *actor, struct error *err)
{
	const char *as = message_get(asker_request(asker), "as");

	*actor = *asker_actor(asker);
	if (as == NULL)
		return 0;
	if (actor_is_self(actor)) {
		*actor = (struct actor){as, {as, ACTOR_SELF, NULL}};
		return 0;
	}
	error_set(err, FAULT_REFUSED,
	    "policy: what another may have is not for %s, only for who is "
	    "outside of its session",
	    actor->names[0]);
	return error_at(err, STAGE_POLICY);
}

/* A key of any step, from the last one back. */
static const char *
setting_of(const struct road *road, const char *key)
{
	const char *value = NULL;

	for (size_t i = road->count; i-- > 1 && value == NULL;)
		value = settings_get(road->steps[i].settings, key);
	return value;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* Does it open what was asked for and nothing else? Where that hangs on what
 * others have set up (a role, a trust policy), it does not for all we know. */
static bool
is_scoped(const struct road *road, const char **why)
{
	static const char *const for_one[] = {
	    "aws-codecommit", "gcp-id-token", NULL};
	const struct step *last = road_last(road);
	const char *scope = settings_get(last->settings, "scope");

	*why = "it opens all that its role or account may reach";
	if (last->exchange == NULL) {
		*why = "it is for its audience alone";
		return true;
	}
	if (is_one_of(last->exchange->name, for_one)) {
		*why = "it is made for this target";
		return true;
	}
	if (strcmp(last->exchange->name, "octo-sts") == 0) {
		*why = scope != NULL && strchr(scope, '/') != NULL
			   ? "it is for one repository"
			   : "it opens all repositories of its trust policy";
		return scope != NULL && strchr(scope, '/') != NULL;
	}
	if (setting_of(road, "session-policy") != NULL ||
	    setting_of(road, "boundary") != NULL) {
		*why = "a session policy or boundary narrows it";
		return true;
	}
	return false;
}

static void
write_limits(struct writing *writing, const struct settings *limits)
{
	struct buffer line = BUFFER(4096);

	for (size_t i = 0; i < settings_count(limits); i++) {
		buffer_free(&line);
		buffer_printf(&line, "%s=%s", settings_at(limits, i)->key,
		    settings_at(limits, i)->value);
		if (!buffer_failed(&line))
			writing_add(writing, "limit", buffer_text(&line));
	}
	buffer_free(&line);
}

void
survey_verdict(struct writing *writing, const struct road *road)
{
	const struct verdict *verdict = &road->verdict;
	const char *why;

	if (road->session == NULL) /* nobody was asked about it */
		return;
	writing_add(writing, "verdict", decision_name(verdict->decision));
	if (verdict->wants_claims)
		writing_add(writing, "wants-claims", "1");
	if (verdict->policy != NULL)
		writing_add(writing, "policy", verdict->policy);
	if (verdict->rule != NULL)
		writing_add(writing, "rule", verdict->rule);
	if (verdict->max_ttl != 0)
		writing_number(writing, "max-ttl", verdict->max_ttl);
	write_limits(writing, verdict->limits);
	writing_add(writing, "scoped", is_scoped(road, &why) ? "yes" : "no");
	writing_add(writing, "scoped-why", why);
}
