/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/policy.h"
#include "base/text.h"
#include "config/policies.h"

/* One that has no name is a mistake, and meant for somebody. */
static bool
is_for(const struct policy_section *policy, const char *const *actors)
{
	if (policy->name == NULL)
		return true;
	for (; *actors != NULL; actors++)
		if (text_glob(policy->name, *actors))
			return true;
	return false;
}

/* The outermost child session, and self; of self nothing else. */
static const char *const *
outermost(const char *const *actors)
{
	while (actors[0] != NULL && actors[1] != NULL && actors[2] != NULL)
		actors++;
	return actors;
}

/* Which limits have been said for the outermost session, and for those within
 * it alone. */
struct said {
	bool is_outer; /* of the policy that is asked */
	bool scope[2], identity[2];
};

static int
no_rule(struct verdict *verdict, const struct policy_section *policy)
{
	return verdict_deny(
	    verdict, policy->name, NULL, "no rule of it matches");
}

/* The system's are asked first: what is there is theirs. */
static int
join(const struct policy_section *policy, const char *name,
    const struct settings *rule, struct said *said, struct verdict *verdict,
    struct error *err)
{
	bool scope = settings_get(verdict->limits, "scope") != NULL;
	bool identity = settings_get(verdict->limits, "identity-name") != NULL;

	if (verdict_join(verdict, policy->name, name, rule, err) == -1)
		return -1;
	if (settings_get(rule, "scope") != NULL)
		said->scope[said->is_outer] = true;
	if (settings_get(rule, "identity-name") != NULL)
		said->identity[said->is_outer] = true;
	if (policy->is_system)
		return 0;
	if (!scope && settings_get(rule, "scope") != NULL)
		verdict->users_scope = true;
	if (!identity && settings_get(rule, "identity-name") != NULL)
		verdict->users_identity = true;
	return 0;
}

static bool
is_denied(const struct settings *rule)
{
	const char *verdict = settings_get(rule, "verdict");

	return verdict != NULL && strcmp(verdict, "deny") == 0;
}

/* The first rule that matches; a later one does not matter any more, but that
 * it denies what the first has asked for as something below its target. */
static int
ask(const struct config *config, const struct policy_section *policy,
    const struct asking *asking, struct said *said, struct verdict *verdict,
    struct error *err)
{
	struct error wrong = {.fault = FAULT_NONE};
	const struct settings *above = NULL;
	const char *above_name = NULL;

	if (policy->mistake != NULL)
		return verdict_deny(verdict, policy->name, NULL, "%s: %s",
		    policy->name == NULL ? "a policy may be lost by a mistake"
					 : "it holds a mistake",
		    policy->mistake);
	settings_each (name, policy->settings, "rule") {
		const struct settings *rule = NULL;

		if (config_rule(config, policy, name->value, &rule, &wrong) ==
		    -1)
			return verdict_deny(verdict, policy->name, name->value,
			    "it holds a mistake: %s", wrong.text);
		switch (rule_matches(rule, asking)) {
		case RULE_NO:
			break;
		case RULE_UNSURE:
			verdict->wants_claims = true;
			return 0;
		case RULE_BELOW:
			if (above == NULL)
				above_name = name->value;
			if (above == NULL)
				above = rule;
			break;
		case RULE_YES:
			if (above != NULL && !is_denied(rule))
				return join(policy, above_name, above, said,
				    verdict, err);
			return join(
			    policy, name->value, rule, said, verdict, err);
		}
	}
	if (above != NULL)
		return join(policy, above_name, above, said, verdict, err);
	return no_rule(verdict, policy);
}

int
policy_judge(const struct config *config, const char *const *actors,
    const struct asking *asking, struct verdict *verdict, struct error *err)
{
	struct policy_section policy;
	struct said said = {.is_outer = false};
	size_t at = 0;

	while (config_policy(config, &at, &policy)) {
		if (!is_for(&policy, actors))
			continue;
		said.is_outer = is_for(&policy, outermost(actors));
		if (ask(config, &policy, asking, &said, verdict, err) == 0)
			continue;
		verdict->decision = DECISION_DENY;
		error_set(err, FAULT_SYSTEM, "no memory for a verdict");
		return error_at(err, STAGE_POLICY);
	}
	verdict->inner_scope = said.scope[false] && !said.scope[true];
	verdict->inner_identity = said.identity[false] && !said.identity[true];
	return 0;
}

bool
policy_applies(const struct config *config, const char *const *actors)
{
	struct policy_section policy;
	size_t at = 0;

	while (config_policy(config, &at, &policy))
		if (is_for(&policy, actors))
			return true;
	return false;
}

int
policy_refuse(
    const struct verdict *verdict, const char *actor, struct error *err)
{
	const char *why = verdict->why == NULL ? "denied" : verdict->why;
	bool ruled = verdict->rule != NULL;

	if (verdict->policy == NULL)
		error_set(err, FAULT_REFUSED,
		    "policy: this is denied to %s: %s; asking again will not "
		    "help",
		    actor, why);
	else
		error_set(err, FAULT_REFUSED,
		    "policy: [policy \"%s\"]%s%s%s denies this to %s: %s; "
		    "asking again will not help",
		    verdict->policy, ruled ? " rule \"" : "",
		    ruled ? verdict->rule : "", ruled ? "\"" : "", actor, why);
	return error_at(err, STAGE_POLICY);
}
