/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/claims.h"
#include "exchange/reply.h"
#include "exchange/vault.h"

/*
 * HashiCorp Vault and OpenBao: a login with the id token at a mount of the
 * JWT method, and then, if there is a `path`, a secret that is read with the
 * token of that login; without one the token itself. There is a login for
 * each mint and nothing is renewed: revoking its token at the end takes back
 * every lease that was made with it, and nobody else's.
 */
static const struct exchange_key keys[] = {
    {"endpoint", KEY_URL, true},
    {"mount", KEY_TEXT, false},
    {"role", KEY_TEXT, false},
    {"path", KEY_TEXT, false},
    {"parameter", KEY_REPEAT, false},
    {"namespace", KEY_TEXT, false},
    {"field", KEY_REPEAT, false},
    {"yields", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static bool
is_on(const struct settings *settings, const char *key)
{
	return settings_get(settings, key) != NULL;
}

static unsigned
vault_yields(const struct settings *settings)
{
	const char *name = settings_get(settings, "yields");
	unsigned kind = name == NULL ? KIND_BEARER : kind_named(name);

	/* A word that is none of these is resolve()'s to complain about. */
	return kind == 0 || kind == KIND_ID_TOKEN ? KIND_BEARER : kind;
}

static int
vault_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	const char *endpoint = settings_get(settings, "endpoint");

	if (endpoint == NULL || exchange_origin(endpoint, audience) == -1)
		return error_set(
		    err, FAULT_CONFIG, "endpoint is missing: the URL of Vault");
	return 0;
}

/* A path as it is written behind /v1/, with nothing to be escaped in it. */
static int
check_path(const char *key, const char *path, struct error *err)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._~/@:+=,";

	if (*path != '\0' && *path != '/' && path[strspn(path, good)] == '\0' &&
	    strstr(path, "..") == NULL && strstr(path, "//") == NULL &&
	    !text_starts(path, "v1/") && !text_ends(path, "/") &&
	    strlen(path) < 1024)
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "%s '%s' is no path of Vault's (written without v1/ and without "
	    "a slash at either end)",
	    key, path);
}

static int
check_namespace(const char *space, struct error *err)
{
	if (space == NULL ||
	    (strlen(space) <= 512 && reply_is_token(space, strlen(space))))
		return 0;
	return error_set(err, FAULT_CONFIG, "namespace '%s' is none", space);
}

/* What has no meaning without a path is a mistake. */
static int
check_read(const struct settings *settings, struct error *err)
{
	static const char *const keys_of_it[] = {
	    "yields", "field", "parameter"};
	const char *yields = settings_get(settings, "yields");
	unsigned kind = yields == NULL ? KIND_BEARER : kind_named(yields);

	if (kind == 0 || kind == KIND_ID_TOKEN)
		return error_set(err, FAULT_CONFIG,
		    "yields '%s' is none of basic, aws, bearer", yields);
	for (size_t i = 0; i < 3 && !is_on(settings, "path"); i++)
		if (is_on(settings, keys_of_it[i]) &&
		    (i > 0 || kind != KIND_BEARER))
			return error_set(err, FAULT_CONFIG,
			    "%s is about what is read: set path",
			    keys_of_it[i]);
	return vault_field_check(settings, kind, err);
}

static int
vault_resolve(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	const char *path = settings_get(settings, "path");
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);

	(void)target;
	if (!is_on(settings, "mount") &&
	    settings_set(settings, "mount", "jwt") == -1)
		return error_errno(err, "memory for a mount");
	if (vault_call_url(settings, "", &url, err) == -1 ||
	    check_path("mount", settings_get(settings, "mount"), err) == -1 ||
	    (path != NULL && check_path("path", path, err) == -1) ||
	    check_namespace(settings_get(settings, "namespace"), err) == -1 ||
	    vault_read_check(settings, err) == -1)
		return -1;
	if (text_starts(settings_get(settings, "mount"), "auth/"))
		return error_set(err, FAULT_CONFIG,
		    "mount '%s' is written without auth/",
		    settings_get(settings, "mount"));
	return check_read(settings, err);
}

static int
vault_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	scoped(buffer) struct buffer path = BUFFER(1200);

	if (vault_login_path(settings, &path, err) == -1)
		return -1;
	return vault_call_url(settings, buffer_text(&path), url, err);
}

static int
vault_revoke(const struct exchange_mint *mint, struct error *err)
{
	const struct secret *handle = mint->input->handle;

	return vault_login_revoke(
	    mint, handle == NULL ? mint->input->secret : handle, false, err);
}

/* The token of the login is the credential, or what takes it back. */
static int
fill(const struct exchange_mint *mint, struct vault_login *login,
    struct credential *credential, struct error *err)
{
	if (!is_on(mint->settings, "path")) {
		credential->expires = login->expires;
		credential->secret = take(&login->token);
		return 0;
	}
	/* from here on it is the login's token that must outlive a try */
	mint->http->input_expires = login->expires;
	if (vault_read(mint, login, credential, err) == -1) {
		/* best effort: it is of no use to anybody */
		vault_login_revoke(mint, login->token, true, NULL);
		return -1;
	}
	if (credential->revocable)
		credential->handle = take(&login->token);
	return 0;
}

static int
vault_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	const char *set = settings_get(mint->settings, "revoke");
	scoped(credential) struct credential *made =
	    credential_new(vault_yields(mint->settings));
	struct vault_login login = {0};
	int result = -1;

	if (made == NULL || claims_carry(made, mint->input) == -1)
		return error_errno(err, "memory for a credential");
	if (vault_login(mint, &login, err) == 0) {
		made->revocable =
		    login.service && (set == NULL || text_boolean(set) != 0);
		result = fill(mint, &login, made, err);
	}
	secret_free(login.token);
	if (result == 0)
		*output = take(&made);
	return result;
}

const struct exchange exchange_vault = {
    .name = "vault",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_BASIC | KIND_AWS | KIND_BEARER,
    .yields_of = vault_yields,
    .keys = keys,
    .audience = vault_audience,
    .resolve = vault_resolve,
    .endpoint = vault_endpoint,
    .run = vault_run,
    .revoke = vault_revoke,
};
