/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "config/policies.h"
#include "config/section.h"

bool
config_policy(
    const struct config *config, size_t *at, struct policy_section *policy)
{
	const struct sections *sections = config_sections(config);

	while (*at < sections->count) {
		const struct section *section = sections->list[(*at)++];

		if (strcmp(section->word, "policy") != 0 &&
		    !section->maybe_policy)
			continue;
		*policy = (struct policy_section){
		    .name = section->maybe_policy ? NULL : section->name,
		    .is_system = section->origin == ORIGIN_SYSTEM,
		    .settings = section->settings,
		    .mistake = section->mistake,
		};
		return true;
	}
	return false;
}

int
config_rule(const struct config *config,
    const struct policy_section *policy, const char *name,
    const struct settings **rule, struct error *err)
{
	const struct section *found =
	    sections_find(config_sections(config), "rule", name);

	/* The system's comes first where both have one. */
	if (found == NULL ||
	    (policy->is_system && found->origin != ORIGIN_SYSTEM))
		return error_set(err, FAULT_CONFIG,
		    "there is no [rule \"%.64s\"] in %s file", name,
		    policy->is_system ? "the system's" : "any");
	if (found->mistake != NULL)
		return error_set(err, FAULT_CONFIG, "%s", found->mistake);
	*rule = found->settings;
	return 0;
}

bool
config_is_systems(const struct config *config, const char *credential)
{
	const struct section *found =
	    sections_find(config_sections(config), "credential", credential);

	return found != NULL && found->origin == ORIGIN_SYSTEM;
}
