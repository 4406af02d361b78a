/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/verdict.h"
#include "base/clock.h"

static const char *const names[] = {"allow", "approve", "deny"};

const char *
decision_name(enum decision decision)
{
	return names[decision];
}

/* Unknown words were found by the configuration's check; here they deny. */
static enum decision
decision_of(const struct settings *rule)
{
	const char *word = settings_get(rule, "verdict");

	for (enum decision d = DECISION_ALLOW; d < DECISION_DENY; d++)
		if (word != NULL && strcmp(word, names[d]) == 0)
			return d;
	return DECISION_DENY;
}

void
verdict_clear(struct verdict *verdict)
{
	free(verdict->policy);
	free(verdict->rule);
	free(verdict->why);
	settings_free(verdict->limits);
	*verdict = (struct verdict){.decision = DECISION_ALLOW};
}

static int
replace(char **to, const char *text)
{
	char *copy = text == NULL ? NULL : strdup(text);

	if (text != NULL && copy == NULL)
		return -1;
	free(*to);
	*to = copy;
	return 0;
}

static int
decide(struct verdict *verdict, enum decision decision, const char *policy,
    const char *rule)
{
	bool said = verdict->policy != NULL || verdict->why != NULL;

	/* The first of the strictest has the word. */
	if (decision < verdict->decision ||
	    (said && decision == verdict->decision))
		return 0;
	verdict->decision = decision;
	return replace(&verdict->policy, policy) == -1 ||
		       replace(&verdict->rule, rule) == -1
		   ? -1
		   : 0;
}

int
verdict_deny(struct verdict *verdict, const char *policy, const char *rule,
    const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	if (verdict->decision == DECISION_DENY && verdict->why != NULL)
		return 0;
	va_start(arguments, fmt);
	vsnprintf(text, sizeof(text), fmt, arguments);
	va_end(arguments);
	decide(verdict, DECISION_DENY, policy, rule);
	verdict->decision = DECISION_DENY;
	return replace(&verdict->why, text);
}

bool
verdict_within(const char *inner, const char *outer)
{
	size_t length = strlen(outer);

	return strncmp(inner, outer, length) == 0 &&
	       (inner[length] == '\0' || inner[length] == '/');
}

/* Of two sets of scopes what lies in both, into `both`. */
static int
meet(const struct settings *one, const struct settings *other,
    struct settings *both)
{
	settings_each(a, one, "scope")
		settings_each(b, other, "scope")
		{
			const char *inner =
			    verdict_within(a->value, b->value)   ? a->value
			    : verdict_within(b->value, a->value) ? b->value
								 : NULL;

			if (inner != NULL &&
			    settings_add(both, "scope", inner) == -1)
				return -1;
		}
	return 0;
}

static int
copy_scopes(const struct settings *from, struct settings *to)
{
	settings_each(scope, from, "scope")
		if (settings_add(to, "scope", scope->value) == -1)
			return -1;
	return 0;
}

/* The limits as they were, but for these scopes. */
static int
set_scopes(struct verdict *verdict, const struct settings *scopes)
{
	scoped(settings) struct settings *fresh = settings_new();

	if (fresh == NULL)
		return -1;
	for (size_t i = 0; i < settings_count(verdict->limits); i++) {
		const struct setting *old = settings_at(verdict->limits, i);

		if (strcmp(old->key, "scope") != 0 &&
		    settings_add(fresh, old->key, old->value) == -1)
			return -1;
	}
	if (copy_scopes(scopes, fresh) == -1)
		return -1;
	settings_free(verdict->limits);
	verdict->limits = take(&fresh);
	return 0;
}

static int
join_scopes(struct verdict *verdict, const char *policy, const char *name,
    const struct settings *rule)
{
	scoped(settings) struct settings *both = settings_new();

	if (settings_get(rule, "scope") == NULL)
		return 0;
	if (settings_get(verdict->limits, "scope") == NULL)
		return copy_scopes(rule, verdict->limits);
	if (both == NULL || meet(verdict->limits, rule, both) == -1)
		return -1;
	if (settings_count(both) == 0)
		return verdict_deny(verdict, policy, name,
		    "another rule leaves no scope that this one leaves");
	return set_scopes(verdict, both);
}

static int
join_text(struct verdict *verdict, const char *policy, const char *name,
    const struct settings *rule, const char *key)
{
	const char *ours = settings_get(verdict->limits, key);
	const char *theirs = settings_get(rule, key);

	if (theirs == NULL || (ours != NULL && strcmp(ours, theirs) == 0))
		return 0;
	if (ours != NULL)
		return verdict_deny(verdict, policy, name,
		    "another rule has a different `%s`, and the two cannot be "
		    "joined",
		    key);
	return settings_set(verdict->limits, key, theirs);
}

static int
join_limits(struct verdict *verdict, const char *policy, const char *name,
    const struct settings *rule)
{
	static const char *const keys[] = {
	    "session-policy", "boundary", "identity-name"};
	const char *ttl = settings_get(rule, "max-ttl");
	int64_t seconds = ttl == NULL ? 0 : clock_parse_duration(ttl);

	if (ttl != NULL &&
	    (verdict->max_ttl == 0 || seconds < verdict->max_ttl))
		verdict->max_ttl = seconds;
	if (verdict->limits == NULL &&
	    (verdict->limits = settings_new()) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (join_text(verdict, policy, name, rule, keys[i]) == -1)
			return -1;
	return join_scopes(verdict, policy, name, rule);
}

/* Every word of a rule that asks a person goes into what they are asked. */
static void
note_asking(struct verdict *verdict, const char *policy, const char *name,
    const struct settings *rule)
{
	struct digest_parts *parts = digest_start();

	digest_part(parts, verdict->asks, DIGEST_SIZE);
	digest_string(parts, policy);
	digest_string(parts, name);
	for (size_t i = 0; i < settings_count(rule); i++) {
		digest_string(parts, settings_at(rule, i)->key);
		digest_string(parts, settings_at(rule, i)->value);
	}
	digest_finish(parts, verdict->asks);
}

int
verdict_join(struct verdict *verdict, const char *policy, const char *name,
    const struct settings *rule, struct error *err)
{
	const char *text = settings_get(rule, "text");
	enum decision decision = decision_of(rule);
	int result;

	if (decision == DECISION_DENY)
		result = verdict_deny(verdict, policy, name, "%s",
		    text == NULL ? "denied" : text);
	else if ((result = decide(verdict, decision, policy, name)) == 0)
		result = join_limits(verdict, policy, name, rule);
	if (decision == DECISION_APPROVE)
		note_asking(verdict, policy, name, rule);
	if (result == 0)
		return 0;
	verdict->decision = DECISION_DENY;
	return error_set(err, FAULT_SYSTEM, "no memory for a verdict");
}
