/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "identity/login.h"

#define WELL_KNOWN "/.well-known/openid-configuration"

/* Discovery 4: appended to the issuer, less one slash at its end. */
static int
metadata_url(const struct login *login, struct buffer *url, struct error *err)
{
	size_t length = strlen(login->issuer);

	if (text_ends(login->issuer, "/"))
		length--;
	buffer_add(url, login->issuer, length);
	buffer_add_string(url, WELL_KNOWN);
	if (buffer_failed(url))
		return error_set(
		    err, FAULT_CONFIG, "[identity] issuer is too long");
	return 0;
}

static int
wrong_status(const struct login *login, int status, struct error *err)
{
	bool later = status == 429 || status >= 500;

	return error_set(err, later ? FAULT_NETWORK : FAULT_REFUSED,
	    "HTTP %d from %s for " WELL_KNOWN "%s", status, login->host,
	    later ? "" : " (is [identity] issuer right?)");
}

/* Discovery 4.3, RFC 9207: who speaks for another issuer could be handed that
 * one's codes and tokens. */
static int
check_issuer(const struct login *login, struct error *err)
{
	const char *said;
	char shown[256];

	if (!json_string(login->metadata, "issuer", &said))
		return login_unexpected(
		    login->host, "its metadata names no issuer", err);
	if (strcmp(said, login->issuer) == 0)
		return 0;
	text_printable(shown, sizeof(shown), said, strlen(said));
	return error_set(err, FAULT_REFUSED,
	    "%s calls itself '%s', not '%s': [identity] issuer must be the "
	    "same to the letter",
	    login->host, shown, login->issuer);
}

int
login_discover(struct login *login, struct error *err)
{
	static const char *const headers[] = {"Accept: application/json", NULL};
	scoped(http_reply) struct http_reply reply = {0};
	scoped(buffer) struct buffer url = BUFFER(LOGIN_URL_MAX);
	struct http_request request = {.method = "GET", .headers = headers};

	if (metadata_url(login, &url, err) == -1)
		return -1;
	request.url = buffer_text(&url);
	if (http_send(login->mint->http, &request, &reply, err) == -1)
		return -1;
	if (reply.status != 200)
		return wrong_status(login, reply.status, err);
	login->metadata = json_parse(
	    secret_bytes(reply.body), secret_length(reply.body), err);
	if (login->metadata == NULL)
		return login_unexpected(
		    login->host, "its metadata is no JSON document", err);
	return check_issuer(login, err);
}

const char *
login_endpoint(
    const struct login *login, const char *name, bool *there, struct error *err)
{
	const char *url;

	*there = json_string(login->metadata, name, &url);
	if (!*there)
		return NULL;
	if (http_allowed(url, err) == 0)
		return url;
	error_in(err, "%s's %s", login->host, name);
	if (err != NULL && err->fault == FAULT_CONFIG)
		err->fault = FAULT_REFUSED; /* it is not ours to mend */
	return NULL;
}

const char *
login_token_endpoint(const struct login *login, struct error *err)
{
	bool there;
	const char *url = login_endpoint(login, "token_endpoint", &there, err);

	if (url == NULL && !there)
		login_unexpected(
		    login->host, "its metadata has no token_endpoint", err);
	return url;
}

int
login_offers(const struct login *login, const char *list, const char *word)
{
	const char *each;
	size_t count;

	if (!json_count(login->metadata, list, &count))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (json_element(login->metadata, list, i, &each) &&
		    strcmp(each, word) == 0)
			return 1;
	return 0;
}

const char *
login_scope(const struct login *login)
{
	const char *set = settings_get(login->mint->settings, "scope");

	if (set != NULL && *set != '\0')
		return set;
	return login_offers(login, "scopes_supported", "offline_access") == 1
		   ? "openid offline_access"
		   : "openid";
}
