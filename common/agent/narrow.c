/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/narrow.h"
#include "agent/road_chain.h"
#include "base/text.h"
#include "config/policies.h"

#define DOWNSCOPE "gcp-downscope"
#define FEDERATION "gcp-federation" /* at the same service */
#define GOOGLE "https://www.googleapis.com/auth/"
#define GOOGLE_ALL GOOGLE "cloud-platform"

static int
refuse(const struct road *road, struct error *err, const char *why)
{
	const struct verdict *verdict = &road->verdict;

	error_set(err, FAULT_REFUSED,
	    "policy: [policy \"%s\"] rule \"%s\" narrows this, and %s: nothing "
	    "is handed out",
	    verdict->policy, verdict->rule == NULL ? "" : verdict->rule, why);
	return error_at(err, STAGE_POLICY);
}

static int
no_memory(struct error *err)
{
	error_set(err, FAULT_SYSTEM, "no memory for a road");
	return error_at(err, STAGE_AGENT);
}

static const struct exchange_key *
key_of(const struct step *step, const char *name)
{
	const struct exchange_key *key =
	    step->exchange == NULL ? NULL : step->exchange->keys;

	for (; key != NULL && key->name != NULL; key++)
		if (strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

/* The last step that takes the key; NULL: none. */
static struct step *
step_with(struct road *road, const char *name)
{
	for (size_t i = road->count; i-- > 1;)
		if (key_of(&road->steps[i], name) != NULL)
			return &road->steps[i];
	return NULL;
}

/* A step whose shortest life is still too long is left alone: what becomes of
 * its credential is decided when its real life is known. */
static int
narrow_ttl(struct road *road, struct error *err)
{
	long most = (long)road->verdict.max_ttl;
	char text[24];

	snprintf(text, sizeof(text), "%ld", most);
	for (size_t i = 1; most > 0 && i < road->count; i++) {
		const struct exchange *exchange = road->steps[i].exchange;
		struct settings *settings = road->steps[i].settings;

		if (exchange->ttl_usual == 0 || exchange->ttl_min > most ||
		    exchange_ttl(settings, exchange->ttl_usual) <= most)
			continue;
		if (settings_set(settings, "ttl", text) == -1)
			return no_memory(err);
	}
	return 0;
}

/* Scopes of Google Cloud's own services, which cloud-platform holds. Others
 * (Drive, Gmail, ...) it does not: they would widen. */
static bool
is_cloud(const char *scope)
{
	static const char *const starts[] = {"cloud-platform.", "bigquery",
	    "compute", "datastore", "devstorage.", "logging.", "monitoring",
	    "pubsub", "service.management", "servicecontrol", "source.",
	    "sqlservice.", "trace."};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (text_starts(scope, starts[i]))
			return true;
	return false;
}

int
narrow_life(struct road *road, int64_t seconds, struct error *err)
{
	struct step *step = &road->steps[road->count - 1];
	const struct exchange *exchange = step->exchange;
	char text[24];

	if (exchange == NULL || exchange->ttl_usual == 0)
		return 0;
	if (seconds < exchange->ttl_min)
		seconds = exchange->ttl_min;
	if (exchange_ttl(step->settings, exchange->ttl_usual) <= seconds)
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long)seconds);
	return settings_set(step->settings, "ttl", text) == -1 ? no_memory(err)
							       : 0;
}

/* Does what is asked for today hold all of `scope`? */
static bool
covers(const char *today, const char *scope)
{
	return verdict_within(scope, today) ||
	       (strcmp(today, GOOGLE_ALL) == 0 && text_starts(scope, GOOGLE) &&
		   is_cloud(scope + strlen(GOOGLE)));
}

/* What of today's scopes the rule leaves, into `left`. */
static int
meet(const struct settings *today, const struct settings *limits,
    struct settings *left)
{
	settings_each(ours, today, "scope")
		settings_each(limit, limits, "scope")
		{
			const char *scope =
			    verdict_within(ours->value, limit->value)
				? ours->value
			    : covers(ours->value, limit->value) ? limit->value
								: NULL;

			if (scope != NULL &&
			    settings_add(left, "scope", scope) == -1)
				return -1;
		}
	return 0;
}

static int
replace_scopes(struct step *step, const struct settings *left)
{
	scoped(settings) struct settings *fresh = settings_new();

	if (fresh == NULL)
		return -1;
	for (size_t i = 0; i < settings_count(step->settings); i++) {
		const struct setting *old = settings_at(step->settings, i);

		if (strcmp(old->key, "scope") != 0 &&
		    settings_add(fresh, old->key, old->value) == -1)
			return -1;
	}
	settings_each(scope, left, "scope")
		if (settings_add(fresh, "scope", scope->value) == -1)
			return -1;
	settings_free(step->settings);
	step->settings = take(&fresh);
	return 0;
}

static size_t
count_of(const struct settings *settings, const char *key)
{
	size_t count = 0;

	settings_each(setting, settings, key)
		count += setting->value != NULL;
	return count;
}

/* An id token has no scope, whatever it was made with, nor has what is made
 * with one. */
static bool
is_lost_after(const struct road *road, const struct step *step)
{
	for (; step < road->steps + road->count; step++)
		if (step->yields == KIND_ID_TOKEN)
			return true;
	return false;
}

/* What Google's exchanges ask for where nothing is said. */
static int
say_default(struct step *step)
{
	if (settings_get(step->settings, "scope") != NULL ||
	    !text_starts(step->exchange->name, "gcp-"))
		return 0;
	return settings_set(step->settings, "scope", GOOGLE_ALL);
}

static int
narrow_scope(
    const struct config *config, struct road *road, struct error *err)
{
	const struct settings *limits = road->verdict.limits;
	struct step *step = step_with(road, "scope");
	scoped(settings) struct settings *left = settings_new();

	if (settings_get(limits, "scope") == NULL)
		return 0;
	if (left == NULL)
		return no_memory(err);
	if (step == NULL || is_lost_after(road, step))
		return refuse(road, err, "no step takes a `scope`");
	if (say_default(step) == -1)
		return no_memory(err);
	/* What the other side gives to who asks for nothing is not known. */
	if (settings_get(step->settings, "scope") == NULL &&
	    road->verdict.inner_scope)
		return refuse(road, err,
		    "the session around it is not given this `scope`");
	if (settings_get(step->settings, "scope") == NULL &&
	    road->verdict.users_scope &&
	    config_is_systems(config, step->credential))
		return refuse(road, err,
		    "the credential is the system's and asks for no `scope`");
	if (settings_get(step->settings, "scope") != NULL) {
		if (meet(step->settings, limits, left) == -1)
			return no_memory(err);
		limits = left;
	}
	if (count_of(limits, "scope") == 0)
		return refuse(road, err, "no scope is left");
	if (count_of(limits, "scope") > 1 &&
	    key_of(step, "scope")->kind != KEY_REPEAT)
		return refuse(road, err, "its scopes do not fit into one");
	return replace_scopes(step, limits) == -1 ? no_memory(err) : 0;
}

/* What the step is told now was not there when the road was resolved. */
static int
check(struct road *road, const struct step *step, struct error *err)
{
	struct error why = {0};

	if (step->exchange->resolve == NULL ||
	    step->exchange->resolve(step->settings, NULL, &why) == 0)
		return 0;
	if (why.fault == FAULT_SYSTEM)
		return no_memory(err);
	refuse(road, err, why.text);
	if (err != NULL)
		err->fault = why.fault;
	return -1;
}

/* A key of which there is one: the configuration's own can be kept only if it
 * is the same. AWS allows what any one of the session's policies allows, so
 * that a second one beside it would widen what either leaves. */
static int
narrow_text(struct road *road, const char *key, struct error *err)
{
	const char *wanted = settings_get(road->verdict.limits, key);
	struct step *step = step_with(road, key);
	const char *today;
	char why[128];

	if (wanted == NULL)
		return 0;
	today = step == NULL ? NULL : settings_get(step->settings, key);
	if (step == NULL || (today != NULL && strcmp(today, wanted) != 0)) {
		snprintf(why, sizeof(why),
		    step == NULL ? "no step takes a `%s`"
				 : "the credential has a `%s` of its own",
		    key);
		return refuse(road, err, why);
	}
	if (settings_get(step->settings, "policy-arn") != NULL)
		return refuse(road, err,
		    "the credential has a `policy-arn` of its own, whose "
		    "permissions would be added");
	if (settings_set(step->settings, key, wanted) == -1)
		return no_memory(err);
	return check(road, step, err);
}

/* A step of its own asks the same service in the same universe as the chain
 * before it, unless [exchange "gcp-downscope"] says otherwise. */
static int
follow(const struct road *road, struct settings *settings)
{
	for (size_t i = road->count - 1; i-- > 1;) {
		const struct step *step = &road->steps[i];
		const char *universe = settings_get(step->settings, "universe");
		const char *endpoint = settings_get(step->settings, "endpoint");

		if (universe != NULL &&
		    settings_get(settings, "universe") == NULL &&
		    settings_set(settings, "universe", universe) == -1)
			return -1;
		if (endpoint != NULL &&
		    strcmp(step->exchange->name, FEDERATION) == 0 &&
		    settings_get(settings, "endpoint") == NULL &&
		    settings_set(settings, "endpoint", endpoint) == -1)
			return -1;
	}
	return 0;
}

/* Google's tokens are downscoped by a step of its own, where the road has
 * none. */
static int
add_downscope(
    const struct config *config, struct road *road, struct error *err)
{
	const struct exchange *downscope = exchange_named(DOWNSCOPE);
	const struct step *last = road_last(road);

	if (settings_get(road->verdict.limits, "boundary") == NULL ||
	    step_with(road, "boundary") != NULL || downscope == NULL ||
	    last->exchange == NULL || last->yields != KIND_BEARER ||
	    !text_starts(last->exchange->name, "gcp-"))
		return 0;
	if (road_add_bridge(config, road, downscope, err) == -1)
		return -1;
	return follow(road, road->steps[road->count - 1].settings) == -1
		   ? no_memory(err)
		   : 0;
}

/* Which trust policy is less nobody here can tell: the rule's word replaces the
 * credential's, but the user's not the system's. */
static int
narrow_identity(
    const struct config *config, struct road *road, struct error *err)
{
	const char *wanted =
	    settings_get(road->verdict.limits, "identity-name");
	struct step *step = step_with(road, "identity-name");
	const char *today;

	if (wanted == NULL)
		return 0;
	if (step == NULL)
		return refuse(road, err, "no step takes an `identity-name`");
	today = settings_get(step->settings, "identity-name");
	if (road->verdict.inner_identity &&
	    (today == NULL || strcmp(today, wanted) != 0))
		return refuse(road, err,
		    "the session around it is not given this `identity-name`");
	if (road->verdict.users_identity &&
	    (today == NULL || strcmp(today, wanted) != 0) &&
	    config_is_systems(config, step->credential))
		return refuse(road, err,
		    "the credential is the system's, with an `identity-name` "
		    "of its own");
	return settings_set(step->settings, "identity-name", wanted) == -1
		   ? no_memory(err)
		   : 0;
}

int
narrow(const struct config *config, struct road *road, struct error *err)
{
	if (narrow_ttl(road, err) == -1)
		return -1;
	if (settings_count(road->verdict.limits) == 0)
		return 0;
	if (add_downscope(config, road, err) == -1 ||
	    narrow_scope(config, road, err) == -1 ||
	    narrow_text(road, "session-policy", err) == -1 ||
	    narrow_text(road, "boundary", err) == -1)
		return -1;
	return narrow_identity(config, road, err);
}
