/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/rule.h"
#include "base/text.h"
#include "config/target.h"

#define RAW "id-token:"
#define CLAIM_NAME_MAX 128
#define GIT ".git"

static bool
says(const struct settings *rule, const char *key, const char *word)
{
	const char *value = settings_get(rule, key);

	return value != NULL && strcmp(value, word) == 0;
}

static bool
tool_matches(const struct settings *rule, const struct asking *asking)
{
	return settings_get(rule, "tool") == NULL ||
	       says(rule, "tool", asking->tool);
}

/* As it is, or as the repository that it is with an ending too many. */
static bool
matches_part(const char *pattern, char *part)
{
	while (!text_glob_fold(pattern, part)) {
		if (!text_glob_fold("**" GIT, part))
			return false;
		part[strlen(part) - strlen(GIT)] = '\0';
	}
	return true;
}

/*
 * Two spellings can be one thing to who is asked: GitHub does not go by case,
 * and what is below a repository's path is taken for the repository. To allow
 * the one says nothing of the other; to withhold it has to. The target is
 * canonical: it has no dots, doubled slashes, or escapes of letters; but only
 * at its end, and in small letters, has `.git` been taken off.
 */
static bool
is_withheld(const char *pattern, const char *target)
{
	char part[TARGET_MAX], *slash;

	if (text_copy(part, sizeof(part), target) == -1)
		return true;
	while (!matches_part(pattern, part)) {
		slash = strrchr(part, '/');
		if (slash == NULL || slash == part || slash[-1] == '/')
			return false;
		*slash = '\0';
	}
	return true;
}

/* The pattern speaks of something above, and not of the target itself. */
static bool
is_below(const struct settings *rule, const struct asking *asking)
{
	const char *pattern = settings_get(rule, "target");
	char whole[TARGET_MAX];

	return pattern != NULL && asking->id_token == NULL &&
	       text_copy(whole, sizeof(whole), asking->target) == 0 &&
	       !matches_part(pattern, whole);
}

/* The identity's own token opens whatever trusts it: "any target" does not
 * mean it, unless that is denied. */
static bool
target_matches(const struct settings *rule, const struct asking *asking)
{
	const char *pattern = settings_get(rule, "target");
	bool allows = says(rule, "verdict", "allow");

	if (asking->id_token != NULL && pattern != NULL &&
	    text_starts(pattern, RAW))
		return allows ? text_glob(pattern, asking->id_token)
			      : text_glob_fold(pattern, asking->id_token);
	if (asking->id_token != NULL && allows)
		return false;
	if (pattern == NULL)
		return true;
	return allows ? text_glob(pattern, asking->target)
		      : is_withheld(pattern, asking->target);
}

static bool
credential_matches(const struct settings *rule, const struct asking *asking)
{
	const char *pattern = settings_get(rule, "credential");
	bool last_only = says(rule, "verdict", "allow");
	const char *const *name = asking->credentials;

	if (pattern == NULL)
		return true;
	for (; *name != NULL; name++)
		if (text_glob(pattern, *name))
			return true;
		else if (last_only)
			return false;
	return false;
}

int
rule_minute(const char *text)
{
	const char *digits = "0123456789";

	if (strspn(text, digits) != 2 || text[2] != ':' ||
	    strspn(text + 3, digits) < 2)
		return -1;
	return ((text[0] - '0') * 10 + text[1] - '0') * 60 +
	       (text[3] - '0') * 10 + text[4] - '0';
}

/* "22:00-06:00" goes over midnight; the end is not within. */
static bool
within(const char *hours, int minute)
{
	int from = rule_minute(hours), to = rule_minute(hours + 6);

	if (from <= to)
		return minute >= from && minute < to;
	return minute >= from || minute < to;
}

static bool
hours_match(const struct settings *rule, const struct asking *asking)
{
	bool any = true;

	settings_each(hours, rule, "hours")
	{
		if (within(hours->value, asking->minute))
			return true;
		any = false;
	}
	return any;
}

/* One value of a claim that has several is enough. */
static bool
claim_matches(const struct settings *claims, const char *wanted)
{
	size_t length = strcspn(wanted, "=");
	char name[CLAIM_NAME_MAX];

	if (length >= sizeof(name))
		return false;
	memcpy(name, wanted, length);
	name[length] = '\0';
	settings_each(claim, claims, name)
		if (text_glob(wanted + length + 1, claim->value))
			return true;
	return false;
}

static enum rule_match
claims_match(const struct settings *rule, const struct asking *asking)
{
	settings_each(wanted, rule, "claim")
	{
		if (asking->claims == NULL)
			return RULE_UNSURE;
		if (!claim_matches(asking->claims, wanted->value))
			return RULE_NO;
	}
	return RULE_YES;
}

enum rule_match
rule_matches(const struct settings *rule, const struct asking *asking)
{
	enum rule_match match;

	if (!tool_matches(rule, asking) || !target_matches(rule, asking) ||
	    !credential_matches(rule, asking) || !hours_match(rule, asking))
		return RULE_NO;
	match = claims_match(rule, asking);
	if (match == RULE_YES && says(rule, "verdict", "approve") &&
	    is_below(rule, asking))
		return RULE_BELOW;
	return match;
}
