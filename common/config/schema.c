/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "config/schema.h"
#include "exchange/exchange.h"
#include "identity/identity.h"

/* clang-format off */
#define OPTIONAL(key, checked) {.name = (key), .check = (checked)}
#define REQUIRED(key, checked) \
	{.name = (key), .check = (checked), .required = true}
#define REPEATED(key, checked) \
	{.name = (key), .check = (checked), .repeats = true}
#define END {.name = NULL}
/* clang-format on */

static const struct schema_key identity_keys[] = {
    OPTIONAL("source", value_source),
    END,
};

static const struct schema_key credential_keys[] = {
    REQUIRED("exchange", value_exchange),
    OPTIONAL("from", value_credential),
    OPTIONAL("identity", value_identity),
    OPTIONAL("token-audience", value_text),
    OPTIONAL("ttl", value_duration),
    OPTIONAL("endpoint", value_url),
    OPTIONAL("revoke", value_boolean),
    END,
};

static const struct schema_key binding_keys[] = {
    REQUIRED("credential", value_credential),
    OPTIONAL("audience", value_text),
    OPTIONAL("username", value_text),
    END,
};

static const struct schema_key docker_keys[] = {
    REQUIRED("fallback", value_fallback),
    END,
};

/* [gcloud] alone binds every audience, or only says how gcloud is served. */
static const struct schema_key gcloud_keys[] = {
    OPTIONAL("credential", value_credential),
    OPTIONAL("audience", value_text),
    OPTIONAL("username", value_text),
    OPTIONAL("output-file", value_boolean),
    END,
};

static const struct schema_key http_keys[] = {
    OPTIONAL("ca-file", value_path),
    OPTIONAL("timeout", value_timeout),
    END,
};

static const struct schema_key session_keys[] = {
    OPTIONAL("idle", value_duration),
    OPTIONAL("leader", value_leader),
    OPTIONAL("log", value_log),
    END,
};

static const struct schema_key policy_keys[] = {
    REPEATED("rule", value_rule),
    END,
};

static const struct schema_key rule_keys[] = {
    REQUIRED("verdict", value_verdict),
    OPTIONAL("tool", value_tool),
    OPTIONAL("target", value_text),
    OPTIONAL("credential", value_text),
    REPEATED("claim", value_claim),
    REPEATED("hours", value_hours),
    OPTIONAL("max-ttl", value_duration),
    REPEATED("scope", value_text),
    OPTIONAL("session-policy", value_document),
    OPTIONAL("boundary", value_document),
    OPTIONAL("identity-name", value_text),
    OPTIONAL("text", value_text),
    END,
};

static const struct schema_key audit_keys[] = {
    REPEATED("sink", value_sink),
    OPTIONAL("required", value_boolean),
    OPTIONAL("rotate", value_size),
    OPTIONAL("keep", value_keep),
    OPTIONAL("credential", value_credential),
    OPTIONAL("audience", value_text),
    END,
};

static const struct schema_key approval_keys[] = {
    OPTIONAL("command", value_path),
    OPTIONAL("timeout", value_duration),
    END,
};

static const struct schema_key isolation_keys[] = {
    REPEATED("hide", value_path),
    REPEATED("read-only", value_path),
    REPEATED("show", value_path),
    REPEATED("unset", value_text),
    REPEATED("keep", value_text),
    END,
};

static const struct schema_key exchange_keys[] = {
    OPTIONAL("endpoint", value_url),
    END,
};

static struct schema_key
from_exchange(const struct exchange_key *key, bool required)
{
	static value_check *const checks[] = {
	    [KEY_TEXT] = value_text,
	    [KEY_REPEAT] = value_text,
	    [KEY_DURATION] = value_duration,
	    [KEY_BOOLEAN] = value_boolean,
	    [KEY_URL] = value_url,
	    [KEY_CREDENTIAL] = value_credential,
	};

	return (struct schema_key){
	    .name = key->name,
	    .check = checks[key->kind],
	    .required = required && key->required,
	    .repeats = key->kind == KEY_REPEAT,
	};
}

/* The keys of an exchange; -1: it is not known, so neither are they. */
static int
exchange_more(
    const char *name, bool required, struct schema_key *keys, int room)
{
	const struct exchange *exchange =
	    name != NULL ? exchange_named(name) : NULL;
	int count = 0;

	if (exchange == NULL)
		return -1;
	if (exchange->keys == NULL)
		return 0;
	for (; exchange->keys[count].name != NULL && count < room; count++)
		keys[count] = from_exchange(&exchange->keys[count], required);
	return count;
}

static int
more_of_credential(
    const struct section *section, struct schema_key *keys, int room)
{
	return exchange_more(
	    settings_get(section->settings, "exchange"), true, keys, room);
}

static int
more_of_exchange(
    const struct section *section, struct schema_key *keys, int room)
{
	return exchange_more(section->name, false, keys, room);
}

static struct schema_key
from_identity(const char *name)
{
	value_check *check = value_text;

	if (strcmp(name, "file") == 0 || strcmp(name, "socket") == 0)
		check = value_path;
	if (strcmp(name, "variable") == 0)
		check = value_variable;
	return (struct schema_key){.name = name, .check = check};
}

/* `auto` may turn out to be any of them: all their keys will do. */
static int
more_of_identity(
    const struct section *section, struct schema_key *keys, int room)
{
	const char *source = settings_get(section->settings, "source");
	bool any = source == NULL || strcmp(source, "auto") == 0;
	int count = 0;

	if (!any && identity_named(source) == NULL)
		return -1;
	for (size_t i = 0; identities[i] != NULL; i++) {
		const char *const *names = identities[i]->keys;

		if (names == NULL ||
		    (!any && strcmp(source, identities[i]->name) != 0))
			continue;
		for (; *names != NULL && count < room; names++)
			keys[count++] = from_identity(*names);
	}
	return count;
}

static int
credential_whole(const struct section *section, struct error *err)
{
	if (strcmp(section->name, "id-token") == 0)
		return error_set(err, FAULT_CONFIG,
		    "`id-token` is built in: choose another name");
	return 0;
}

static int
exchange_whole(const struct section *section, struct error *err)
{
	return value_exchange(NULL, section->name, err);
}

static int
gcloud_whole(const struct section *section, struct error *err)
{
	if (settings_get(section->settings, "credential") == NULL &&
	    settings_get(section->settings, "output-file") == NULL)
		return error_set(err, FAULT_CONFIG, "needs `credential`");
	return 0;
}

/* clang-format off */
#define ALONE(word_, keys_, ...) \
	{.word = (word_), .keys = (keys_), __VA_ARGS__}
#define NAMED(word_, keys_, ...) \
	{.word = (word_), .named = true, .keys = (keys_), __VA_ARGS__}
/* clang-format on */

static const struct schema schemas[] = {
    ALONE("identity", identity_keys, .more = more_of_identity),
    NAMED("identity", identity_keys, .more = more_of_identity),
    NAMED("credential", credential_keys, .more = more_of_credential,
	.whole = credential_whole),
    NAMED("git", binding_keys, .match = MATCH_URL),
    NAMED("docker", binding_keys, .match = MATCH_REGISTRY),
    ALONE("docker", docker_keys, .match = MATCH_NONE),
    NAMED("aws", binding_keys, .match = MATCH_WORD),
    NAMED("gcloud", binding_keys, .match = MATCH_WORD),
    ALONE("gcloud", gcloud_keys, .match = MATCH_WORD, .whole = gcloud_whole),
    NAMED("nats", binding_keys, .match = MATCH_URL),
    NAMED("function", binding_keys, .match = MATCH_URL),
    ALONE("http", http_keys, .match = MATCH_NONE),
    ALONE("session", session_keys, .overridable = true),
    NAMED("policy", policy_keys, .strict = true, .alone = true),
    NAMED("rule", rule_keys, .strict = true),
    ALONE("audit", audit_keys, .strict = true),
    ALONE("approval", approval_keys, .strict = true),
    ALONE("isolation", isolation_keys, .strict = true),
    NAMED("exchange", exchange_keys, .more = more_of_exchange,
	.whole = exchange_whole),
};

#define COUNT (sizeof(schemas) / sizeof(schemas[0]))

const struct schema *
schema_find(const char *word, bool named)
{
	for (size_t i = 0; i < COUNT; i++)
		if (schemas[i].named == named &&
		    strcmp(schemas[i].word, word) == 0)
			return &schemas[i];
	return NULL;
}

const char *const *
schema_words(void)
{
	static const char *words[COUNT + 1];
	size_t count = 0;

	if (words[0] != NULL)
		return words;
	/* Rows of one word stand together. */
	for (size_t i = 0; i < COUNT; i++)
		if (i == 0 || strcmp(schemas[i].word, schemas[i - 1].word) != 0)
			words[count++] = schemas[i].word;
	return words;
}

size_t
schema_keys(const struct section *section, struct schema_key keys[SCHEMA_KEYS],
    bool *open)
{
	const struct schema *schema = section->schema;
	size_t count = 0;
	int more = 0;

	/* Those of the exchange first: it may narrow a common one. */
	if (schema->more != NULL)
		more = schema->more(section, keys, SCHEMA_KEYS / 2);
	*open = more == -1;
	if (more > 0)
		count = (size_t)more;
	for (size_t i = 0; schema->keys[i].name != NULL; i++)
		keys[count++] = schema->keys[i];
	return count;
}

const char *
schema_absent(const struct section *section, const char *key)
{
	bool credential = strcmp(section->word, "credential") == 0;
	const char *name =
	    credential ? settings_get(section->settings, "exchange")
	    : strcmp(section->word, "exchange") == 0 ? section->name
						     : NULL;
	const struct exchange *exchange =
	    name == NULL ? NULL : exchange_named(name);
	const struct exchange_absent *absent =
	    exchange == NULL ? NULL : exchange->absent;

	for (; absent != NULL && absent->name != NULL; absent++)
		if (strcmp(absent->name, key) == 0)
			return absent->why;
	return NULL;
}
