/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/policy.h"
#include "base/text.h"

static int
deny(struct error *err, const char *section, const char *name)
{
	error_set(err, FAULT_REFUSED,
	    "policy: [%s%s%s%s] applies here, and this version cannot hold to "
	    "it: nothing is handed out",
	    section, name == NULL ? "" : " \"", name == NULL ? "" : name,
	    name == NULL ? "" : "\"");
	return error_at(err, STAGE_POLICY);
}

int
policy_check(const struct config *config, const char *actor, struct error *err)
{
	const char *const *names = config_names(config, "policy");
	const struct settings *audit = NULL;
	const char *required;

	for (size_t i = 0; names[i] != NULL; i++)
		if (text_glob(names[i], actor))
			return deny(err, "policy", names[i]);
	if (config_section(config, "audit", NULL, &audit, err) == -1)
		return error_at(err, STAGE_POLICY);
	required = settings_get(audit, "required");
	if (required != NULL && text_boolean(required) == 1)
		return deny(err, "audit", NULL);
	return 0;
}
