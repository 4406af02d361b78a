/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/echo.h"
#include "exchange/claims.h"
#include "exchange/reply.h"
#include "exchange/vault.h"

#define NAMESPACE_MAX 512

/* What any request may meet. */
static const struct cause general[] = {
    {"HTTP 412",
	"the server that was asked has not heard yet of what another one "
	"wrote, and not in time: try again"},
    {"rate limit quota exceeded",
	"a rate limit quota of Vault's allows no more for now: try again "
	"later, or raise it at sys/quotas/rate-limit"},
    {"lease count quota exceeded",
	"there are as many leases as a quota of Vault's allows: revoke some, "
	"or raise it at sys/quotas/lease-count"},
    {"HTTP 472",
	"this cluster is a disaster recovery secondary: endpoint must be the "
	"primary"},
    {"HTTP 473",
	"this is a performance standby: endpoint must be the active server"},
    {"HTTP 429", "a standby, or too many requests: try again later"},
    {"sealed", "it must be unsealed first: vault operator unseal"},
    {"HTTP 500", "Vault's own log says more"},
    {"HTTP 502", "what Vault itself asked, behind it, has failed"},
    {"HTTP 503", "Vault is sealed, or down for maintenance"},
    {NULL, NULL},
};

int
vault_call_url(const struct settings *settings, const char *path,
    struct buffer *url, struct error *err)
{
	if (settings_get(settings, "endpoint") == NULL)
		return error_set(err, FAULT_CONFIG,
		    "endpoint is missing: the URL of Vault, as VAULT_ADDR has "
		    "it");
	if (exchange_base(settings, "", url, err) == -1)
		return -1;
	buffer_printf(url, "/v1/%s", path);
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

/* A standby of Vault Enterprise that does not know the new token yet. */
static bool
again(const struct http_reply *reply)
{
	return reply->status == 412;
}

int
vault_call_send(const struct exchange_mint *mint, const struct vault_call *call,
    struct http_reply *reply, struct error *err)
{
	const char *space = settings_get(mint->settings, "namespace");
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	char line[NAMESPACE_MAX + 32];
	/* An agent or proxy in between may demand the first. */
	const char *const headers[] = {
	    "X-Vault-Request: true", space == NULL ? NULL : line, NULL};

	if (vault_call_url(mint->settings, call->path, &url, err) == -1)
		return -1;
	if (space != NULL)
		snprintf(line, sizeof(line), "X-Vault-Namespace: %s", space);
	const struct http_request request = {
	    .method = call->method,
	    .url = buffer_text(&url),
	    .headers = headers,
	    .secret_header_name = "X-Vault-Token",
	    .secret_header = call->token,
	    .content_type = call->body == NULL ? NULL : "application/json",
	    .body = call->body,
	    .again = again,
	    .no_retry = call->once,
	};

	return http_send(mint->http, &request, reply, err);
}

static struct json *
refused(const struct exchange_mint *mint, const struct vault_call *call,
    const struct http_reply *reply, const char *host,
    const struct cause *causes, struct error *err)
{
	size_t before;

	exchange_refused(reply, host, err);
	if (err == NULL)
		return NULL;
	if (again(reply) || reply->status == 472 || reply->status == 473)
		err->fault = FAULT_NETWORK;
	reply_conceal(err, mint->input);
	if (call->token != NULL)
		echo_conceal(err->text, call->token);
	else
		claims_blame(err, mint->input);
	before = strlen(err->text);
	cause_add(err, mint, causes);
	if (strlen(err->text) == before)
		cause_add(err, mint, general);
	return NULL;
}

/* Somebody asked for the answer to be wrapped: the role, or the policy. */
static int
check_wrapping(const struct json *json, const char *host, struct error *err)
{
	if (!json_is_object(json, "wrap_info"))
		return 0;
	return error_set(err, FAULT_REFUSED,
	    "%s wraps its answer, and daypass does not unwrap: take "
	    "min_wrapping_ttl, or the control group, out of the policy for "
	    "this path",
	    host);
}

struct json *
vault_call_ask(const struct exchange_mint *mint, const struct vault_call *call,
    const struct cause *causes, struct error *err)
{
	scoped(http_reply) struct http_reply reply = {0};
	scoped(json) struct json *json = NULL;
	char host[REPLY_HOST_MAX];

	if (vault_call_send(mint, call, &reply, err) == -1)
		return NULL;
	http_host(settings_get(mint->settings, "endpoint"), host, sizeof(host));
	if (reply.status / 100 != 2)
		return refused(mint, call, &reply, host, causes, err);
	json = reply_json(&reply, host, err);
	if (json == NULL || check_wrapping(json, host, err) == -1)
		return NULL;
	return take(&json);
}
