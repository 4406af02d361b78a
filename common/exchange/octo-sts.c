/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "exchange/cause.h"
#include "exchange/reply.h"

/*
 * octo-sts: an id token for an installation token of GitHub, by a trust
 * policy that lies in the repository, or in OWNER/.github for a whole
 * organisation. https://github.com/octo-sts/app
 */
#define HOST "octo-sts.dev"
#define GITHUB "https://api.github.com"

/* The reply does not say: GitHub's installation tokens live for an hour. */
#define LIFE (55 * 60)

#define POLICY "the trust policy .github/chainguard/{identity-name}.sts.yaml"

static const struct cause causes[] = {
    {"no installation found", "octo-sts's app is not installed there: "
			      "https://github.com/apps/octo-sts"},
    {"unable to read trust policy", POLICY " is no file"},
    {"unable to parse trust policy",
	POLICY " has a mistake: compare it with octo-sts's documentation; the "
	       "old one may be remembered for 5 minutes"},
    {"unable to compile trust policy",
	POLICY " has a pattern that is none, or says twice what may stand "
	       "once; the old one may be remembered for 5 minutes"},
    {"trust policy: issuer", POLICY " must have issuer: {iss}"},
    {"trust policy: subject", POLICY " must have subject: {sub}"},
    {"trust policy: audience",
	POLICY " must have audience: {aud}, or token-audience be the one that "
	       "it has"},
    {"trust policy: ", POLICY " wants a claim that the token does not have"},
    {"not in the trusted token issuers",
	"the organization's trusted-token-issuers.yaml must have {iss}"},
    {"StatusUnprocessableEntity",
	POLICY " wants permissions, or repositories, that the app was not "
	       "given: approve them in the organization's settings"},
    {"invalid bearer token", "what the identity gave is no JWT"},
    {"invalid issuer",
	"octo-sts takes issuers of the form https://HOST/PATH alone"},
    {"invalid subject", "octo-sts takes no subject with blanks or quotes"},
    {"invalid audience", "octo-sts takes no audience with blanks or quotes"},
    {"fetch or create the provider",
	"octo-sts must reach {iss}/.well-known/openid-configuration"},
    {"unable to verify bearer token",
	"the token has expired, or {iss} does not publish the key that it was "
	"signed with"},
    {"one authorization header", "a proxy in between adds a header of its own"},
    {"rate limit", "GitHub allows the app no more for now: try again later"},
    {"RESOURCE_EXHAUSTED", "too many requests: try again later"},
    {"failed to get token", "GitHub gave octo-sts no token: try again later"},
    {NULL, NULL},
};

static const struct exchange_key keys[] = {
    {"identity-name", KEY_TEXT, true},
    {"scope", KEY_TEXT, false},
    {"revoke-endpoint", KEY_URL, false},
    {NULL, KEY_TEXT, false},
};

/* A trust policy that names no audience wants the service's own domain, also
 * where that is reached by another name. */
static int
octo_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	(void)settings;
	(void)err;
	buffer_add_string(audience, HOST);
	return 0;
}

/* The length of a name as GitHub has them at the start of the text, or 0. */
static size_t
name_length(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._";
	size_t length = strspn(text, letters);

	if (length <= 2 && strspn(text, ".") == length)
		return 0;
	return length;
}

/* The length of OWNER or OWNER/REPO at the start of the text, or 0. */
static size_t
scope_length(const char *text)
{
	size_t owner = name_length(text), repository;

	if (owner == 0 || text[owner] == '\0')
		return owner;
	if (text[owner] != '/')
		return 0;
	if (text[owner + 1] == '\0')
		return owner;
	repository = name_length(text + owner + 1);
	return repository == 0 ? 0 : owner + 1 + repository;
}

static int
scope_from_path(struct settings *settings, const char *path, struct error *err)
{
	scoped(string) char *scope = NULL;
	size_t length;
	char shown[128];

	if (path == NULL || *path == '\0')
		return error_set(err, FAULT_USAGE,
		    "nobody said which repository: set `scope`, or let git "
		    "tell with `git config --global "
		    "credential.https://github.com.useHttpPath true`");
	length = scope_length(path);
	if (length == 0 || (path[length] != '\0' && path[length] != '/')) {
		text_printable(shown, sizeof(shown), path, strlen(path));
		return error_set(err, FAULT_USAGE,
		    "'%s' does not begin with OWNER/REPOSITORY", shown);
	}
	if ((scope = strndup(path, length)) == NULL ||
	    settings_set(settings, "scope", scope) == -1)
		return error_errno(err, "memory for a scope");
	return 0;
}

static int
check_scope(const char *scope, struct error *err)
{
	size_t length = scope_length(scope);

	if (length > 0 && scope[length] == '\0')
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "scope '%s' is neither OWNER/REPOSITORY nor OWNER", scope);
}

static int
revoke_url(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	const char *base = settings_get(settings, "revoke-endpoint");
	size_t length;

	if (base == NULL)
		base = GITHUB;
	if (http_allowed(base, err) == -1)
		return error_in(err, "revoke-endpoint");
	length = strlen(base);
	while (length > 0 && base[length - 1] == '/')
		length--;
	buffer_add(url, base, length);
	buffer_add_string(url, "/installation/token");
	if (buffer_failed(url) || strchr(base, '?') != NULL)
		return error_set(err, FAULT_CONFIG,
		    "revoke-endpoint '%s' is no base URL", base);
	return 0;
}

static int
octo_resolve(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	const char *identity = settings_get(settings, "identity-name");
	const char *scope = settings_get(settings, "scope");
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);

	if (identity == NULL || *identity == '\0')
		return error_set(err, FAULT_CONFIG,
		    "identity-name is missing: the name of the trust policy");
	if (revoke_url(settings, &url, err) == -1)
		return -1;
	if (scope != NULL)
		return check_scope(scope, err);
	return scope_from_path(
	    settings, target == NULL ? NULL : target->path, err);
}

static int
octo_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	const char *scope = settings_get(settings, "scope");
	const char *identity = settings_get(settings, "identity-name");

	if (exchange_base(settings, HOST, url, err) == -1)
		return -1;
	buffer_add_string(url, "/sts/exchange?scope=");
	buffer_add_escaped(url, scope == NULL ? "" : scope);
	buffer_add_string(url, "&identity=");
	buffer_add_escaped(url, identity == NULL ? "" : identity);
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

/* Says where the trust policy belongs: what is missing there is remembered
 * for a while, so that mending it does not help at once. */
static int
refused(const struct exchange_mint *mint, struct error *err)
{
	const char *identity = settings_get(mint->settings, "identity-name");
	const char *scope = settings_get(mint->settings, "scope");
	const char *home;
	char text[ERROR_TEXT_MAX];

	if (err == NULL || scope == NULL ||
	    strstr(err->text, "unable to find trust policy") == NULL)
		return cause_add(err, mint, causes);
	home = strchr(scope, '/') == NULL ? "/.github" : "";
	memcpy(text, err->text, sizeof(text));
	return error_set(err, err->fault,
	    "%s; it looks for .github/chainguard/%s.sts.yaml in %s%s, and "
	    "again only after 5 minutes",
	    text, identity, scope, home);
}

static int
read_reply(const struct exchange_mint *mint, const struct json *json,
    const char *url, int64_t start, struct credential **output,
    struct error *err)
{
	scoped(secret) struct secret *token =
	    reply_token(json, "token", url, err);
	const char *revoke = settings_get(mint->settings, "revoke");

	if (token == NULL ||
	    reply_yield(mint, KIND_BEARER, &token,
		reply_expiry(mint, start, LIFE), output, err) == -1)
		return -1;
	(*output)->revocable = revoke == NULL || text_boolean(revoke) != 0;
	return 0;
}

static int
octo_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(secret) struct secret *bearer =
	    exchange_bearer(mint->input->secret);
	scoped(json) struct json *json = NULL;
	int64_t start = clock_unix();

	if (bearer == NULL)
		return error_errno(err, "memory for a request");
	if (octo_endpoint(mint->settings, &url, err) == -1)
		return -1;
	const struct http_request request = {
	    .method = "POST",
	    .url = buffer_text(&url),
	    .authorization = bearer,
	};
	if ((json = reply_ask(mint, &request, err)) == NULL)
		return refused(mint, err);
	return read_reply(mint, json, request.url, start, output, err);
}

/* GitHub takes an installation token back from whoever holds it. One that it
 * does not know any more is gone already. */
static int
octo_revoke(const struct exchange_mint *mint, struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(http_reply) struct http_reply reply = {0};
	scoped(secret) struct secret *bearer =
	    exchange_bearer(mint->input->secret);
	char host[REPLY_HOST_MAX];

	if (bearer == NULL)
		return error_errno(err, "memory for a request");
	if (revoke_url(mint->settings, &url, err) == -1)
		return -1;
	const struct http_request request = {
	    .method = "DELETE",
	    .url = buffer_text(&url),
	    .authorization = bearer,
	};
	if (http_send(mint->http, &request, &reply, err) == -1)
		return -1;
	if (reply.status == 204 || reply.status == 401)
		return 0;
	exchange_refused(
	    &reply, http_host(request.url, host, sizeof(host)), err);
	reply_conceal(err, mint->input);
	return -1;
}

const struct exchange exchange_octo_sts = {
    .name = "octo-sts",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_BEARER,
    .keys = keys,
    .audience = octo_audience,
    .resolve = octo_resolve,
    .endpoint = octo_endpoint,
    .revoker = revoke_url,
    .run = octo_run,
    .revoke = octo_revoke,
};
