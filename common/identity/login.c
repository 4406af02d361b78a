/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "identity/login.h"

/*
 * A person, logged in at an OpenID provider. `daypass login` leaves a refresh
 * token behind; a mint trades it for an id token, whose audience is the
 * client and cannot be chosen. No mint waits for the person.
 */

/* The bus on which the Secret Service is. */
static const char *const variables[] = {
    "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", NULL};
static const char *const keys[] = {
    "issuer", "client-id", "client-secret", "scope", "redirect", NULL};
static const char *const names[] = {"issuer", "client-id", NULL};

int
login_open(
    struct login *login, const struct identity_mint *mint, struct error *err)
{
	login->mint = mint;
	login->issuer =
	    identity_required(mint->settings, "login", "issuer", err);
	if (login->issuer == NULL)
		return -1;
	login->client =
	    identity_required(mint->settings, "login", "client-id", err);
	if (login->client == NULL)
		return -1;
	if (http_allowed(login->issuer, err) == -1)
		return error_in(err, "[identity] issuer");
	if (strchr(login->issuer, '?') != NULL)
		return error_set(
		    err, FAULT_CONFIG, "[identity] issuer has a query");
	http_host(login->issuer, login->host, sizeof(login->host));
	return 0;
}

void
login_close(struct login *login)
{
	json_free(login->metadata);
}

/* Everybody who verifies the token has to expect the client's id. */
static int
check_audience(const struct login *login, struct error *err)
{
	if (strcmp(login->mint->audience, login->client) == 0)
		return 0;
	return error_set(err, FAULT_IDENTITY,
	    "a login's id token is for aud=%s (client-id) and no other, and "
	    "%s was asked for: let the other side accept that audience, and "
	    "set token-audience = %s in the credential, or audience = %s in "
	    "the binding",
	    login->client, login->mint->audience, login->client, login->client);
}

static int
nobody(const struct login *login, struct error *err)
{
	const char *trouble = login->mint->keep->trouble;

	return error_set(err, FAULT_IDENTITY,
	    "nobody is logged in at %s%s%s%s: daypass login", login->host,
	    trouble[0] == '\0' ? "" : " (no keyring serves: ", trouble,
	    trouble[0] == '\0' ? "" : ")");
}

/* A token that the issuer has taken back will not come to life again. */
static int
refused(const struct login *login, const struct login_reply *reply,
    struct error *err)
{
	if (strcmp(reply->code, "invalid_grant") == 0)
		keep_clear(login->mint->keep, NULL);
	return login_refused(reply, LOGIN_REFRESH, err);
}

/* A new one comes in the old one's place, which may be dead by now: before
 * anything else is done with the reply, it goes where the next mint will look
 * for it. */
static int
keep_rotated(const struct login *login, const struct json *json,
    const char *subject, struct error *err)
{
	scoped(secret) struct secret *refresh = NULL, *packed = NULL;
	const char *string;

	if (!json_string(json, "refresh_token", &string))
		return 0;
	refresh = login_token(json, "refresh_token", login->host, err);
	if (refresh == NULL ||
	    (packed = login_pack(refresh, subject, err)) == NULL)
		return -1;
	if (keep_set(login->mint->keep, packed, err) != NULL)
		return 0;
	return error_in(err, "the new refresh token could not be kept");
}

/* An answer that was lost on the way is asked for again at once: an issuer
 * that takes a used token for stolen forgives that in its first seconds, if
 * at all. */
static int
refresh(const struct login *login, const struct secret *token,
    const char *subject, struct secret **id_token, struct error *err)
{
	scoped(login_reply) struct login_reply reply = {0};
	scoped(secret) struct secret *form = NULL, *found = NULL;
	const char *url;
	char now[LOGIN_SUBJECT_MAX];

	if ((url = login_token_endpoint(login, err)) == NULL)
		return -1;
	form = login_form(login, "refresh_token", err);
	if (form == NULL)
		return -1;
	if (http_form_secret(form, "refresh_token", token) == -1)
		return error_set(err, FAULT_SYSTEM, "no room for a token");
	if (login_post(login, url, form, token, POST_USUAL, &reply, err) == -1)
		return -1;
	if (reply.json == NULL)
		return refused(login, &reply, err);
	if (keep_rotated(login, reply.json, subject, err) == -1)
		return -1;
	found = login_token(reply.json, "id_token", reply.host, err);
	if (found == NULL ||
	    login_check(login, found, NULL, subject, now, err) == -1)
		return -1;
	*id_token = take(&found);
	return 0;
}

static int
login_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	scoped(login) struct login login = {0};
	scoped(secret) struct secret *packed = NULL, *kept = NULL;
	char subject[LOGIN_SUBJECT_MAX];

	if (login_open(&login, mint, err) == -1 ||
	    check_audience(&login, err) == -1)
		return -1;
	switch (keep_get(mint->keep, &packed, err)) {
	case 0:
		return nobody(&login, err);
	case -1:
		return -1;
	}
	if ((kept = login_unpack(packed, subject, err)) == NULL ||
	    login_discover(&login, err) == -1)
		return -1;
	return refresh(&login, kept, subject, token, err);
}

static int
go_on(struct login *login, const struct message *asked, struct writing *told,
    struct error *err)
{
	const char *kind = message_get(asked, "flow.kind");

	if (kind != NULL && strcmp(kind, "device") == 0)
		return login_device_go_on(login, asked, told, err);
	if (login_discover(login, err) == -1)
		return -1;
	return login_browser_go_on(login, asked, told, err);
}

static int
login_talk(const struct identity_mint *mint, const struct message *asked,
    struct writing *told, struct error *err)
{
	scoped(login) struct login login = {0};

	if (login_open(&login, mint, err) == -1)
		return -1;
	if (strcmp(asked->word, "leave") == 0)
		return login_leave(&login, told, err);
	if (strcmp(asked->word, "begin") != 0)
		return go_on(&login, asked, told, err);
	if (login_discover(&login, err) == -1)
		return -1;
	return message_get(asked, "device") != NULL
		   ? login_device_begin(&login, told, err)
		   : login_browser_begin(&login, asked, told, err);
}

static const struct identity_login login = {
    .names = names,
    .talk = login_talk,
};

static int
login_endpoint_of(const struct settings *settings,
    const struct surroundings *around, struct identity_endpoint *endpoint)
{
	const char *issuer = settings_get(settings, "issuer");

	(void)around;
	buffer_add_string(&endpoint->url, issuer == NULL ? "" : issuer);
	return issuer == NULL ? -1 : 0;
}

const struct identity identity_login = {
    .name = "login",
    .variables = variables,
    .keys = keys,
    .speaks_http = true,
    .endpoint = login_endpoint_of,
    .run = login_run,
    .login = &login,
};
