/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "exchange/reply.h"
#include "exchange/vault.h"

enum part { PART_NAME, PART_SECRET, PART_SESSION };

/* The members as Vault's own engines call them. */
static const struct field {
	unsigned kind;
	const char *name;
	enum part part;
	bool optional;
	const char *keys[3];
} fields[] = {
    {KIND_BASIC, "username", PART_NAME, false, {"username"}},
    {KIND_BASIC, "password", PART_SECRET, false, {"password"}},
    {KIND_AWS, "access-key-id", PART_NAME, false, {"access_key"}},
    {KIND_AWS, "secret-access-key", PART_SECRET, false, {"secret_key"}},
    {KIND_AWS, "session-token", PART_SESSION, true,
	{"session_token", "security_token"}},
    {KIND_BEARER, "token", PART_SECRET, false, {"token", "access_token"}},
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* The KEY of NAME=KEY where NAME is this one's, else NULL. */
static const char *
key_of(const struct field *field, const char *value)
{
	size_t length = strlen(field->name);

	if (strncmp(value, field->name, length) != 0 || value[length] != '=' ||
	    value[length + 1] == '\0')
		return NULL;
	return value + length + 1;
}

static void
list_names(struct buffer *list, unsigned kind)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].kind == kind)
			buffer_printf(list, "%s%s=KEY",
			    list->length > 0 ? ", " : "", fields[i].name);
}

static int
check(const char *value, unsigned kind, struct error *err)
{
	scoped(buffer) struct buffer list = BUFFER(256);

	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].kind == kind && key_of(&fields[i], value) != NULL)
			return 0;
	list_names(&list, kind);
	return error_set(err, FAULT_CONFIG,
	    "field '%s' is none of those of %s: %s", value, kind_name(kind),
	    buffer_text(&list));
}

int
vault_field_check(
    const struct settings *settings, unsigned kind, struct error *err)
{
	settings_each (setting, settings, "field")
		if (check(setting->value, kind, err) == -1)
			return -1;
	return 0;
}

/* What stands in a header, or in HTTP's Basic: RFC 7617. */
static bool
is_good(const struct field *field, const char *value)
{
	size_t length = strlen(value);

	if (field->kind != KIND_BASIC)
		return reply_is_token(value, length);
	if (length == 0 || length > REPLY_TOKEN_MAX ||
	    (field->part == PART_NAME && strchr(value, ':') != NULL))
		return false;
	for (; *value != '\0'; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	return true;
}

static const char *
set_key(const struct settings *settings, const struct field *field)
{
	const char *key = NULL, *found;

	settings_each (setting, settings, "field")
		if ((found = key_of(field, setting->value)) != NULL)
			key = found;
	return key;
}

/* The member, and in *key what it is called (or should have been). */
static const char *
find(const struct settings *settings, const struct json *json, const char *base,
    const struct field *field, const char **key)
{
	const char *set = set_key(settings, field), *value;
	const char *const one[] = {set, NULL};
	const char *const *keys = set == NULL ? field->keys : one;
	char path[512]; /* no memory to be short of: it may be absent */

	*key = keys[0];
	for (; *keys != NULL; keys++) {
		int length = snprintf(path, sizeof(path), "%s/%s", base, *keys);

		if (length < (int)sizeof(path) &&
		    json_string(json, path, &value)) {
			*key = *keys;
			return value;
		}
	}
	return NULL;
}

static int
put(struct credential *credential, enum part part, const char *value,
    struct error *err)
{
	struct secret **secret =
	    part == PART_SECRET ? &credential->secret : &credential->session;

	if (part == PART_NAME)
		credential->name = strdup(value);
	else
		*secret = secret_copy(value, strlen(value));
	if (part == PART_NAME ? credential->name == NULL : *secret == NULL)
		return error_errno(err, "memory for a secret");
	return 0;
}

static int
read_field(const struct settings *settings, const struct json *json,
    const char *base, const struct field *field, struct credential *credential,
    struct error *err)
{
	const char *key, *value = find(settings, json, base, field, &key);
	const char *url = settings_get(settings, "endpoint");

	if (value == NULL && field->optional &&
	    set_key(settings, field) == NULL)
		return 0;
	if (value == NULL)
		return reply_unexpected(url, err,
		    "its data has no `%.64s`: field = %s=KEY says what it is "
		    "called",
		    key, field->name);
	if (!is_good(field, value))
		return reply_unexpected(
		    url, err, "`%.64s` is no %s", key, field->name);
	return put(credential, field->part, value, err);
}

int
vault_field_read(const struct settings *settings, const struct json *json,
    struct credential *credential, struct error *err)
{
	bool second = json_is_object(json, "data/data") &&
		      json_is_object(json, "data/metadata");
	const char *base = second ? "data/data" : "data";

	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].kind == credential->kind &&
		    read_field(settings, json, base, &fields[i], credential,
			err) == -1)
			return -1;
	return 0;
}
