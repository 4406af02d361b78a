/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/around.h"
#include "base/text.h"

/* Where a set of variables comes from: the asker, or (NULL) ourselves. */
static const char *
value_of(const struct message *from, const char *name)
{
	return from == NULL ? secure_getenv(name) : around_asker(from, name);
}

const char *
around_asker(const struct message *request, const char *name)
{
	for (unsigned i = request->count; i-- > 0;) {
		const struct attribute *attribute = &request->attributes[i];

		if (text_starts(attribute->key, "env.") &&
		    strcmp(attribute->key + strlen("env."), name) == 0)
			return attribute->value;
	}
	return NULL;
}

/* The variable that [identity] names itself, if the identity reads such. */
static const char *
named_variable(const struct identity *identity, const struct settings *settings)
{
	const char *const *key = identity->keys;

	for (; key != NULL && *key != NULL; key++)
		if (strcmp(*key, "variable") == 0)
			return settings_get(settings, "variable");
	return NULL;
}

/* XDG_CONFIG_HOME comes along with HOME: the agent has it for itself, and
 * that is no reason to take its set. */
static bool
has_any(const struct identity *identity, const char *named,
    const struct message *from)
{
	const char *const *name = identity->variables;

	for (; name != NULL && *name != NULL; name++)
		if (!text_starts(*name, "XDG_") &&
		    value_of(from, *name) != NULL)
			return true;
	return named != NULL && value_of(from, named) != NULL;
}

static int
put(struct surroundings *around, const struct message *from, const char *name)
{
	const char *value = value_of(from, name);

	return value == NULL ? 0 : surroundings_set(around, name, value);
}

static int
fill(struct surroundings *around, const struct identity *identity,
    const char *named, const struct message *from)
{
	const char *const *name = identity->variables;

	for (; name != NULL && *name != NULL; name++)
		if (put(around, from, *name) == -1)
			return -1;
	if (named != NULL && put(around, from, named) == -1)
		return -1;
	return put(around, from, "HOME");
}

/* What a program that an identity runs needs of us to reach the network, and
 * never takes from an asker. */
static int
fill_ours(struct surroundings *around)
{
	static const char *const names[] = {"PATH", "USER", "LOGNAME", "LC_ALL",
	    "LC_CTYPE", "TMPDIR", "http_proxy", "https_proxy", "HTTPS_PROXY",
	    "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE",
	    "SSL_CERT_DIR", "CURL_CA_BUNDLE", NULL};

	for (size_t i = 0; names[i] != NULL; i++)
		if (put(around, NULL, names[i]) == -1)
			return -1;
	return 0;
}

/* Must the asker be asked for this variable? */
static bool
unasked(const struct message *request, const char *name)
{
	char key[256];

	if (around_asker(request, name) != NULL)
		return false;
	if (snprintf(key, sizeof(key), "unset.%s", name) >= (int)sizeof(key))
		return false;
	return message_get(request, key) == NULL;
}

int
around_make(const struct identity *identity, const struct settings *settings,
    const struct message *request, struct surroundings **around, char want[256],
    struct error *err)
{
	const char *named = named_variable(identity, settings);
	scoped(surroundings) struct surroundings *made = surroundings_new();
	/* The agent's set counts only if there is one: else even HOME is the
	 * asker's. */
	const struct message *from =
	    has_any(identity, named, request) || !has_any(identity, named, NULL)
		? request
		: NULL;

	if (named != NULL && unasked(request, named) &&
	    text_copy(want, 256, named) == 0)
		return 0;
	if (made == NULL || fill(made, identity, named, from) == -1 ||
	    fill_ours(made) == -1)
		return error_set(err, FAULT_SYSTEM,
		    "no memory for the variables of identity %s",
		    identity->name);
	*around = take(&made);
	return 1;
}
