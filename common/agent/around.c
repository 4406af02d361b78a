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

void
around_keep_home(struct message *request)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < request->count; i++) {
		struct attribute one = request->attributes[i];

		if (strcmp(one.key, "env.HOME") == 0 ||
		    text_starts(one.key, "env.XDG_"))
			one.value = secure_getenv(one.key + strlen("env."));
		if (one.value != NULL)
			request->attributes[kept++] = one;
	}
	request->count = kept;
}

/* [identity] where it names variables itself, and the identity reads such;
 * else NULL, in which nothing is named. */
static const struct settings *
naming(const struct identity *identity, const struct settings *settings)
{
	const char *const *key = identity->keys;

	for (; key != NULL && *key != NULL; key++)
		if (strcmp(*key, "variable") == 0)
			return settings;
	return NULL;
}

/* XDG_CONFIG_HOME comes along with HOME: the agent has it for itself, and
 * that is no reason to take its set. */
static bool
has_any(const struct identity *identity, const struct settings *named,
    const struct message *from)
{
	const char *const *name = identity->variables;

	for (; name != NULL && *name != NULL; name++)
		if (!text_starts(*name, "XDG_") &&
		    value_of(from, *name) != NULL)
			return true;
	settings_each (own, named, "variable")
		if (value_of(from, own->value) != NULL)
			return true;
	return false;
}

bool
around_any(const struct identity *identity, const struct message *request)
{
	return has_any(identity, NULL, request) ||
	       has_any(identity, NULL, NULL);
}

static int
put(struct surroundings *around, const struct message *from, const char *name)
{
	const char *value = value_of(from, name);

	return value == NULL ? 0 : surroundings_set(around, name, value);
}

static int
fill(struct surroundings *around, const struct identity *identity,
    const struct settings *named, const struct message *from)
{
	const char *const *name = identity->variables;

	for (; name != NULL && *name != NULL; name++)
		if (put(around, from, *name) == -1)
			return -1;
	settings_each (own, named, "variable")
		if (put(around, from, own->value) == -1)
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

/* 1: there are such, all in `want`; 0: there is none; -1: no room. */
static int
list_unasked(const struct settings *named, const struct message *request,
    char want[AROUND_WANT])
{
	size_t used = 0, length;

	settings_each (own, named, "variable") {
		if (!unasked(request, own->value))
			continue;
		length = strlen(own->value);
		if (length + 2 > AROUND_WANT - used)
			return -1;
		if (used > 0)
			want[used++] = ' ';
		memcpy(want + used, own->value, length + 1);
		used += length;
	}
	return used > 0;
}

void
around_want(struct writing *writing, const char *want)
{
	size_t length;

	for (; *want != '\0'; want += length + (want[length] == ' ')) {
		length = strcspn(want, " ");
		writing_add_bytes(writing, "variable", want, length);
	}
}

int
around_make(const struct identity *identity, const struct settings *settings,
    const struct message *request, struct surroundings **around,
    char want[AROUND_WANT], struct error *err)
{
	const struct settings *named = naming(identity, settings);
	scoped(surroundings) struct surroundings *made = surroundings_new();
	/* The agent's set counts only if there is one: else even HOME is the
	 * asker's. */
	const struct message *from =
	    has_any(identity, named, request) || !has_any(identity, named, NULL)
		? request
		: NULL;

	switch (list_unasked(named, request, want)) {
	case 1:
		return 0;
	case -1:
		return error_set(err, FAULT_CONFIG,
		    "the variables that [identity] names are more than fit");
	}
	if (made == NULL || fill(made, identity, named, from) == -1 ||
	    fill_ours(made) == -1)
		return error_set(err, FAULT_SYSTEM,
		    "no memory for the variables of identity %s",
		    identity->name);
	*around = take(&made);
	return 1;
}
