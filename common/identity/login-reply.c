/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/echo.h"
#include "base/text.h"
#include "identity/login.h"

/* RFC 6749 4.1.2.1 and 5.2, RFC 8628 3.5, OpenID Connect Core 3.1.2.6. At
 * which of the places a code is met decides what a person can do. */
static const struct advice {
	const char *code;
	int at; /* -1: anywhere */
	enum fault fault;
	const char *text;
} advices[] = {
    {"invalid_grant", LOGIN_REFRESH, FAULT_IDENTITY,
	"the login is over, or was taken back: daypass login"},
    {"invalid_grant", LOGIN_DEVICE, FAULT_IDENTITY,
	"the code is used up, or too old: daypass login gives another"},
    {"invalid_grant", -1, FAULT_IDENTITY,
	"the browser's reply came too late, or twice: daypass login again"},
    {"invalid_client", -1, FAULT_CONFIG,
	"is [identity] client-id right, and the client a public one? One that "
	"has a secret needs client-secret"},
    {"unauthorized_client", LOGIN_REFRESH, FAULT_CONFIG,
	"allow the client the refresh token grant, at the issuer"},
    {"unauthorized_client", LOGIN_DEVICE, FAULT_CONFIG,
	"allow the client the device authorization grant, at the issuer, or "
	"log in with a browser"},
    {"unauthorized_client", -1, FAULT_CONFIG,
	"allow the client the authorization code grant, at the issuer"},
    {"unsupported_grant_type", LOGIN_DEVICE, FAULT_REFUSED,
	"it has no device flow: log in where there is a browser"},
    {"unsupported_grant_type", -1, FAULT_REFUSED,
	"it has no such grant: another issuer is needed"},
    {"unsupported_response_type", -1, FAULT_CONFIG,
	"allow the client the authorization code flow, at the issuer"},
    {"invalid_scope", -1, FAULT_CONFIG,
	"set [identity] scope to what the client may have; openid must be "
	"in it"},
    {"invalid_request", LOGIN_BROWSER, FAULT_CONFIG,
	"is the redirect URI registered? docs/identities/login.md says which"},
    {"invalid_request", -1, FAULT_REFUSED,
	"is the client registered as docs/identities/login.md says?"},
    {"invalid_target", -1, FAULT_REFUSED,
	"the issuer wants a resource that daypass does not name"},
    {"access_denied", -1, FAULT_REFUSED,
	"somebody, or a rule of the issuer, said no: daypass login asks "
	"again"},
    {"expired_token", -1, FAULT_IDENTITY,
	"the code was not entered in time: daypass login gives another"},
    {"interaction_required", -1, FAULT_IDENTITY,
	"the issuer wants to see you: daypass login"},
    {"login_required", -1, FAULT_IDENTITY,
	"the issuer wants to see you: daypass login"},
    {"account_selection_required", -1, FAULT_IDENTITY,
	"the issuer wants to see you: daypass login"},
    {"consent_required", -1, FAULT_IDENTITY,
	"the issuer wants your consent: daypass login"},
    {"server_error", -1, FAULT_NETWORK, "try again later"},
    {"temporarily_unavailable", -1, FAULT_NETWORK, "try again later"},
};

void
login_reply_clear(struct login_reply *reply)
{
	json_free(reply->json);
	reply->json = NULL;
}

struct secret *
login_form(const struct login *login, const char *grant, struct error *err)
{
	const struct settings *settings = login->mint->settings;
	const char *known = settings_get(settings, "client-secret");
	scoped(secret) struct secret *form = secret_new(56 * 1024);

	if (form == NULL ||
	    (grant != NULL && http_form(form, "grant_type", grant) == -1) ||
	    http_form(form, "client_id", login->client) == -1 ||
	    (known != NULL && http_form(form, "client_secret", known) == -1)) {
		error_set(err, FAULT_SYSTEM, "no room for the request");
		return NULL;
	}
	return take(&form);
}

static void
pick(const struct json *json, const char *name, const struct secret *form,
    const struct secret *sent, char *text, size_t size)
{
	const char *said;

	if (!json_string(json, name, &said))
		return;
	text_printable(text, size, said, strlen(said));
	echo_conceal(text, form);
	echo_conceal(text, sent);
	echo_mask(text);
}

static void
read_reply(const struct http_reply *from, const struct secret *form,
    const struct secret *sent, struct login_reply *reply)
{
	struct json *json = NULL;

	reply->status = from->status;
	if (from->body != NULL)
		json = json_parse(
		    secret_bytes(from->body), secret_length(from->body), NULL);
	if (from->status / 100 == 2) {
		reply->json = json;
		return;
	}
	if (json != NULL) {
		pick(json, "error", form, sent, reply->code,
		    sizeof(reply->code));
		pick(json, "error_description", form, sent, reply->text,
		    sizeof(reply->text));
	}
	json_free(json);
}

int
login_post(const struct login *login, const char *url,
    const struct secret *form, const struct secret *sent, enum login_post how,
    struct login_reply *reply, struct error *err)
{
	static const char *const headers[] = {"Accept: application/json", NULL};
	scoped(http_reply) struct http_reply got = {0};
	const struct http_request request = {
	    .method = "POST",
	    .url = url,
	    .headers = headers,
	    .content_type = "application/x-www-form-urlencoded",
	    .body = form,
	    .no_retry = how == POST_ONCE,
	};

	memset(reply, 0, sizeof(*reply));
	http_host(url, reply->host, sizeof(reply->host));
	if (http_send(login->mint->http, &request, &got, err) == -1)
		return -1;
	read_reply(&got, form, sent, reply);
	if (got.status / 100 != 2 || reply->json != NULL || how == POST_EMPTY)
		return 0;
	return login_unexpected(reply->host, "no JSON document", err);
}

static const struct advice *
advice_for(const char *code, enum login_at at)
{
	size_t count = sizeof(advices) / sizeof(advices[0]);

	for (size_t i = 0; i < count; i++)
		if (strcmp(advices[i].code, code) == 0 &&
		    (advices[i].at == -1 || advices[i].at == (int)at))
			return &advices[i];
	return NULL;
}

int
login_refused(
    const struct login_reply *reply, enum login_at at, struct error *err)
{
	const struct advice *advice = advice_for(reply->code, at);
	bool later = reply->status == 429 || reply->status >= 500;
	enum fault fault = later ? FAULT_NETWORK : FAULT_REFUSED;
	char what[96];

	if (advice != NULL)
		fault = advice->fault;
	if (reply->code[0] != '\0')
		text_copy(what, sizeof(what), reply->code);
	else
		snprintf(what, sizeof(what), "HTTP %d", reply->status);
	return error_set(err, fault, "%s from %s%s%s%s%s%s", what, reply->host,
	    reply->text[0] == '\0' ? "" : ": ", reply->text,
	    advice == NULL ? "" : " (", advice == NULL ? "" : advice->text,
	    advice == NULL ? "" : ")");
}

int
login_unexpected(const char *host, const char *what, struct error *err)
{
	return error_set(
	    err, FAULT_REFUSED, "unexpected reply from %s: %s", host, what);
}
