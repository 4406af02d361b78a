/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/echo.h"
#include "exchange/reply.h"
#include "exchange/vault.h"

#define BODY_MAX (64 * 1024)
#define REVOKE "auth/token/revoke-self"

static const struct cause causes[] = {
    {"could not be found",
	"there is no such role at this mount: vault write "
	"auth/{mount}/role/{role} role_type=jwt user_claim=sub "
	"bound_audiences={aud} policies=..."},
    {"missing role",
	"set role, or default_role in the configuration of auth/{mount}"},
    {"oidc role_type is not allowed",
	"the role is for people in a browser: make one with role_type=jwt"},
    {"audience", "the role's bound_audiences must hold {aud}"},
    {"bound claim values",
	"the role's bound_claims do not let this workspace in"},
    {"is missing", "the role's bound_claims want a claim that the token lacks"},
    {"(sub) claim", "the role's bound_subject is not {sub}"},
    {"bound subject", "the role's bound_subject is not {sub}"},
    {"(iss) claim",
	"bound_issuer in the configuration of auth/{mount} is not {iss}"},
    {"not yet valid", "compare this machine's clock with Vault's"},
    {"expired", "compare this machine's clock with Vault's"},
    {"signature",
	"the keys of auth/{mount} are not {iss}'s: oidc_discovery_url or "
	"jwks_url must be its, and Vault must reach it"},
    {"fetching", "Vault cannot reach {iss} for its keys"},
    {"not found in token", "the role's user_claim or groups_claim names it"},
    {"could not load configuration",
	"auth/{mount} has not been told whom to trust: vault write "
	"auth/{mount}/config oidc_discovery_url={iss}"},
    {"permission denied",
	"is auth/{mount} enabled, in this namespace, and is this address "
	"within the role's token_bound_cidrs?"},
    {"HTTP 404",
	"is auth/{mount} enabled, in this namespace, and is it of type jwt?"},
    {NULL, NULL},
};

static const char *
mount_of(const struct settings *settings)
{
	const char *mount = settings_get(settings, "mount");

	return mount == NULL ? "jwt" : mount;
}

int
vault_login_path(
    const struct settings *settings, struct buffer *path, struct error *err)
{
	buffer_printf(path, "auth/%s/login", mount_of(settings));
	if (buffer_failed(path))
		return error_set(err, FAULT_CONFIG, "mount is too long");
	return 0;
}

static int
add_role(struct secret *body, const char *role)
{
	if (secret_add_string(body, ",\"role\":") == -1)
		return -1;
	return json_quote_secret(body, role, strlen(role));
}

static struct secret *
login_body(const struct exchange_mint *mint, struct error *err)
{
	const char *role = settings_get(mint->settings, "role");
	scoped(secret) struct secret *body = secret_new(BODY_MAX);

	if (body == NULL) {
		error_errno(err, "memory for a request");
		return NULL;
	}
	if (secret_add_string(body, "{\"jwt\":") == -1 ||
	    exchange_quote(body, mint->input->secret) == -1 ||
	    (role != NULL && add_role(body, role) == -1) ||
	    secret_add(body, "}", 1) == -1) {
		error_set(err, FAULT_CONFIG, "the id token is too long");
		return NULL;
	}
	return take(&body);
}

static int
read_login(const struct exchange_mint *mint, const struct json *json,
    int64_t start, struct vault_login *login, struct error *err)
{
	const char *url = settings_get(mint->settings, "endpoint");
	const char *type;
	int64_t life;

	if (json_is_object(json, "auth/mfa_requirement"))
		return error_set(err, FAULT_REFUSED,
		    "the login wants a second factor, which no workspace has: "
		    "exempt this mount from the login enforcement");
	login->token = reply_token(json, "auth/client_token", url, err);
	if (login->token == NULL)
		return -1;
	if (json_integer(json, "auth/lease_duration", &life) && life > 0)
		login->expires = reply_expiry(mint, start, life);
	login->service = !json_string(json, "auth/token_type", &type) ||
			 strcmp(type, "batch") != 0;
	return 0;
}

int
vault_login(const struct exchange_mint *mint, struct vault_login *login,
    struct error *err)
{
	const char *role = settings_get(mint->settings, "role");
	scoped(buffer) struct buffer path = BUFFER(1200);
	scoped(secret) struct secret *body = login_body(mint, err);
	scoped(json) struct json *json = NULL;
	int64_t start = clock_unix();

	if (body == NULL || vault_login_path(mint->settings, &path, err) == -1)
		return -1;
	const struct vault_call call = {
	    .method = "POST",
	    .path = buffer_text(&path),
	    .body = body,
	};

	json = vault_call_ask(mint, &call, causes, err);
	if (json != NULL && read_login(mint, json, start, login, err) == 0)
		return 0;
	return error_in(err, "login at auth/%s%s%s", mount_of(mint->settings),
	    role == NULL ? "" : " as ", role == NULL ? "" : role);
}

/* 204, or nothing to revoke: it has expired, or somebody was faster. */
static bool
is_gone(const struct http_reply *reply, const struct error *err)
{
	return reply->status == 204 ||
	       (reply->status == 403 &&
		   (strstr(err->text, "invalid token") != NULL ||
		       strstr(err->text, "bad token") != NULL));
}

int
vault_login_revoke(const struct exchange_mint *mint, const struct secret *token,
    bool once, struct error *err)
{
	scoped(http_reply) struct http_reply reply = {0};
	const struct vault_call call = {
	    .method = "POST",
	    .path = REVOKE,
	    .token = token,
	    .once = once,
	};
	char host[REPLY_HOST_MAX];
	struct error why = {.fault = FAULT_NONE};

	if (vault_call_send(mint, &call, &reply, err) == -1)
		return -1;
	http_host(settings_get(mint->settings, "endpoint"), host, sizeof(host));
	exchange_refused(&reply, host, &why);
	if (is_gone(&reply, &why))
		return 0;
	echo_conceal(why.text, token);
	return error_set(err, why.fault,
	    "%s; the token's policies must allow update on " REVOKE, why.text);
}
