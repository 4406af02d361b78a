/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "identity/identity.h"

/* [identity] source = env, variable = NAME: whatever puts an id token into a
 * variable when a job starts. It cannot be renewed. */

static const char *const keys[] = {"variable", NULL};

static int
env_trace(const struct settings *settings, const struct surroundings *around,
    struct identity_trace *trace, struct error *err)
{
	const char *name = identity_required(settings, "env", "variable", err);
	const char *value;

	if (name == NULL)
		return -1;
	value = identity_variable(around, name);
	trace->add(trace, name);
	trace->add(trace, value == NULL ? "" : value);
	return 0;
}

static int
env_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	scoped(secret) struct secret *found = NULL;
	const char *name, *value;
	char where[128];

	name = identity_required(mint->settings, "env", "variable", err);
	if (name == NULL)
		return -1;
	snprintf(where, sizeof(where), "variable %s", name);
	if ((value = surroundings_get(mint->around, name)) == NULL)
		return error_set(err, FAULT_IDENTITY, "%s is not set", where);
	if ((found = secret_copy(value, strlen(value))) == NULL)
		return error_errno(err, "memory for a token");
	if (identity_trim(&found, where, err) == -1 ||
	    identity_unexpired(found, where, err) == -1)
		return -1;
	*token = take(&found);
	return 0;
}

const struct identity identity_env = {
    .name = "env",
    .keys = keys,
    .is_static = true,
    .trace = env_trace,
    .run = env_run,
};
