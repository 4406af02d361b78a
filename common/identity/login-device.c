/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "identity/login.h"

/* RFC 8628: the person goes to a page on any device and enters a code. */
#define GRANT "urn:ietf:params:oauth:grant-type:device_code"
#define INTERVAL 5
#define INTERVAL_MAX 60
#define SLOWER 5
#define EXPIRES_MAX 3600

/* Google says verification_url. */
static const char *
page_of(const struct login_reply *reply, const char *name, const char *other,
    struct error *err)
{
	const char *url;

	if (!json_string(reply->json, name, &url) &&
	    !json_string(reply->json, other, &url))
		return NULL;
	if (http_allowed(url, err) == 0)
		return url;
	error_in(err, "unexpected reply from %s: %s", reply->host, name);
	if (err != NULL)
		err->fault = FAULT_REFUSED;
	return NULL;
}

static int64_t
bounded(
    const struct json *json, const char *name, int64_t otherwise, int64_t most)
{
	int64_t number;

	if (!json_integer(json, name, &number) || number < 1)
		number = otherwise;
	return number > most ? most : number;
}

static void
remember(struct writing *told, const char *code, int64_t interval)
{
	writing_number(told, "interval", interval);
	writing_add(told, "flow.kind", "device");
	writing_add(told, "flow.device-code", code);
	writing_number(told, "flow.interval", interval);
}

/* What a person is shown, and types. */
static int
tell(const struct login_reply *reply, struct writing *told, struct error *err)
{
	const char *page, *whole, *code;
	char shown[128];

	err->fault = FAULT_NONE;
	page = page_of(reply, "verification_uri", "verification_url", err);
	if (page == NULL)
		return err->fault != FAULT_NONE
			   ? -1
			   : login_unexpected(
				 reply->host, "no verification_uri in it", err);
	whole = page_of(reply, "verification_uri_complete",
	    "verification_url_complete", err);
	if (whole == NULL && err->fault != FAULT_NONE)
		return -1;
	if (!json_string(reply->json, "user_code", &code) || *code == '\0')
		return login_unexpected(reply->host, "no user_code in it", err);
	text_printable(shown, sizeof(shown), code, strlen(code));
	writing_add(told, "url", page);
	writing_add(told, "user-code", shown);
	if (whole != NULL)
		writing_add(told, "complete", whole);
	writing_number(told, "expires",
	    bounded(reply->json, "expires_in", 600, EXPIRES_MAX));
	return 0;
}

int
login_device_begin(
    const struct login *login, struct writing *told, struct error *err)
{
	scoped(login_reply) struct login_reply reply = {0};
	scoped(secret) struct secret *form = NULL;
	const char *url, *code;
	bool there;

	url =
	    login_endpoint(login, "device_authorization_endpoint", &there, err);
	if (url == NULL)
		return there ? -1
			     : error_set(err, FAULT_REFUSED,
				   "%s has no device_authorization_endpoint: "
				   "log in where there is a browser",
				   login->host);
	form = login_form(login, NULL, err);
	if (form == NULL)
		return -1;
	if (http_form(form, "scope", login_scope(login)) == -1)
		return error_set(
		    err, FAULT_CONFIG, "[identity] scope is too long");
	if (login_post(login, url, form, NULL, POST_USUAL, &reply, err) == -1)
		return -1;
	if (reply.json == NULL)
		return login_refused(&reply, LOGIN_DEVICE, err);
	if (!json_string(reply.json, "device_code", &code) || *code == '\0')
		return login_unexpected(
		    reply.host, "no device_code in it", err);
	if (tell(&reply, told, err) == -1)
		return -1;
	remember(told, code,
	    bounded(reply.json, "interval", INTERVAL, INTERVAL_MAX));
	return 0;
}

static int
pending(
    const char *code, int64_t interval, const char *said, struct writing *told)
{
	char shown[256];

	writing_add(told, "state", "pending");
	if (said != NULL)
		writing_add(told, "said",
		    text_printable(shown, sizeof(shown), said, strlen(said)));
	remember(told, code, interval > INTERVAL_MAX ? INTERVAL_MAX : interval);
	return 0;
}

/* 3.5: slow_down counts for all that follow. */
static int
answer(const struct login *login, const struct login_reply *reply,
    const char *code, int64_t interval, struct writing *told, struct error *err)
{
	if (reply->json != NULL)
		return login_finish(login, reply, NULL, told, err);
	if (strcmp(reply->code, "authorization_pending") == 0)
		return pending(code, interval, NULL, told);
	if (strcmp(reply->code, "slow_down") == 0)
		return pending(code, interval + SLOWER, NULL, told);
	return login_refused(reply, LOGIN_DEVICE, err);
}

static int
poll_once(const struct login *login, const char *code, int64_t interval,
    struct writing *told, struct error *err)
{
	scoped(login_reply) struct login_reply reply = {0};
	scoped(secret) struct secret *form = NULL, *sent = NULL;
	const char *url;

	if ((url = login_token_endpoint(login, err)) == NULL)
		return -1;
	form = login_form(login, GRANT, err);
	if (form == NULL || http_form(form, "device_code", code) == -1 ||
	    (sent = secret_copy(code, strlen(code))) == NULL)
		return error_set(err, FAULT_SYSTEM, "no room for a code");
	if (login_post(login, url, form, sent, POST_ONCE, &reply, err) == -1)
		return -1;
	return answer(login, &reply, code, interval, told, err);
}

/* A fault of the network, or of the issuer, is worth more patience. */
int
login_device_go_on(struct login *login, const struct message *asked,
    struct writing *told, struct error *err)
{
	const char *code = message_get(asked, "flow.device-code");
	int64_t interval = message_number(asked, "flow.interval", INTERVAL);

	if (code == NULL)
		return error_set(err, FAULT_USAGE, "there is no device code");
	err->fault = FAULT_NONE;
	if (login_discover(login, err) == 0 &&
	    poll_once(login, code, interval, told, err) == 0)
		return 0;
	if (err->fault != FAULT_NETWORK)
		return -1;
	return pending(code, interval * 2, err->text, told);
}
