/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/jwt.h"
#include "exchange/reply.h"
#include "exchange/vault.h"

#define BODY_MAX (64 * 1024)

#define NO_USES                                                             \
	"the role's token_num_uses leaves no use for what comes after the " \
	"login: set it to 0"
#define NOTHING                                                         \
	"nothing is mounted there, in this namespace (path is written " \
	"without v1/)"

static const struct cause read_causes[] = {
    {"permission denied",
	"the policies of role {role} must have capabilities = [\"read\"] on "
	"{path}"},
    {"unsupported operation",
	"{path} is there to be written to: set parameter"},
    {"one use left", NO_USES},
    {"no handler for route", NOTHING},
    {"HTTP 404",
	"there is nothing at {path} (in the second version of the key/value "
	"engine it is MOUNT/data/NAME)"},
    {NULL, NULL},
};

static const struct cause write_causes[] = {
    {"permission denied",
	"the policies of role {role} must have capabilities = [\"update\"] on "
	"{path}, which is written to where parameter is set"},
    {"unsupported operation",
	"{path} is there to be read: leave parameter out"},
    {"one use left", NO_USES},
    {"no handler for route", NOTHING},
    {"HTTP 404", "there is nothing at {path}"},
    {NULL, NULL},
};

int
vault_read_check(const struct settings *settings, struct error *err)
{
	settings_each (setting, settings, "parameter") {
		const char *equals = strchr(setting->value, '=');

		if (equals == NULL || equals == setting->value)
			return error_set(err, FAULT_CONFIG,
			    "parameter '%s' is not NAME=VALUE", setting->value);
	}
	return 0;
}

/* The parameters as a JSON object of strings, which Vault turns into what it
 * wants them to be. */
static struct secret *
read_body(const struct settings *settings, struct error *err)
{
	scoped(buffer) struct buffer body = BUFFER(BODY_MAX);
	struct secret *secret;

	settings_each (setting, settings, "parameter") {
		const char *equals = strchr(setting->value, '=');
		scoped(string) char *name =
		    strndup(setting->value, (size_t)(equals - setting->value));

		if (name == NULL) {
			error_errno(err, "memory for a request");
			return NULL;
		}
		buffer_add_string(&body, body.length == 0 ? "{" : ",");
		json_quote(&body, name);
		buffer_add_string(&body, ":");
		json_quote(&body, equals + 1);
	}
	buffer_add_string(&body, "}");
	if (buffer_failed(&body)) {
		error_set(err, FAULT_CONFIG, "the parameters are too long");
		return NULL;
	}
	if ((secret = secret_copy(body.bytes, body.length)) == NULL)
		error_errno(err, "memory for a request");
	return secret;
}

static void
sooner(int64_t *expires, int64_t other)
{
	if (other > 0 && (*expires == 0 || other < *expires))
		*expires = other;
}

/* Of the lease, of the token that it dies with, and of what it is: a static
 * role's password has a `ttl` until it is rotated, a JWT says it itself. */
static int64_t
read_expiry(const struct exchange_mint *mint, const struct json *json,
    int64_t start, const struct vault_login *login,
    const struct credential *credential)
{
	int64_t expires = login->expires, life;
	struct jwt claims;

	if (json_integer(json, "lease_duration", &life) && life > 0)
		sooner(&expires, reply_expiry(mint, start, life));
	if (json_integer(json, "data/ttl", &life) && life > 0)
		sooner(&expires, reply_expiry(mint, start, life));
	if (credential->kind == KIND_BEARER &&
	    jwt_read(credential->secret, &claims, NULL) == 0)
		sooner(&expires, claims.expires);
	return expires;
}

int
vault_read(const struct exchange_mint *mint, const struct vault_login *login,
    struct credential *credential, struct error *err)
{
	const char *path = settings_get(mint->settings, "path");
	bool writes = settings_get(mint->settings, "parameter") != NULL;
	scoped(secret) struct secret *body = NULL;
	scoped(json) struct json *json = NULL;
	int64_t start = clock_unix();

	if (writes && (body = read_body(mint->settings, err)) == NULL)
		return -1;
	const struct vault_call call = {
	    .method = writes ? "POST" : "GET",
	    .path = path,
	    .token = login->token,
	    .body = body,
	};
	json = vault_call_ask(
	    mint, &call, writes ? write_causes : read_causes, err);
	if (json == NULL ||
	    vault_field_read(mint->settings, json, credential, err) == -1)
		return error_in(
		    err, "%s %s", writes ? "writing to" : "reading", path);
	credential->expires = read_expiry(mint, json, start, login, credential);
	return 0;
}
