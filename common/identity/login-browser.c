/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include <errno.h>
#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"
#include "identity/login.h"

/* The browser's reply must be here within this time. */
#define PATIENCE_SECONDS 600
#define REDIRECT "http://127.0.0.1/callback"
#define RANDOM_BYTES 32
#define RANDOM_TEXT 44

/* Where the browser is sent to at last, on this machine (RFC 8252 7.3). */
struct redirect {
	char url[1024];
	int64_t port;
	const char *path;
};

/* "http://HOST[:PORT]/PATH". A port that is not said is the listener's. */
static int
redirect_read(struct redirect *redirect, const struct login *login,
    int64_t listens, struct error *err)
{
	const char *set = settings_get(login->mint->settings, "redirect");
	const char *url = set == NULL ? REDIRECT : set;
	const char *host = url + strlen("http://"), *path;
	scoped(buffer) struct buffer made = BUFFER(sizeof(redirect->url) - 1);
	char digits[6];
	size_t length;

	if (!text_starts(url, "http://127.0.0.1") &&
	    !text_starts(url, "http://localhost"))
		return error_set(err, FAULT_CONFIG,
		    "[identity] redirect must begin with http://127.0.0.1 or "
		    "http://localhost");
	length = strcspn(host, ":/");
	path = host + length + strcspn(host + length, "/");
	redirect->port = listens;
	if (host[length] == ':') {
		size_t count = (size_t)(path - host) - length - 1;

		buffer_add(&made, host + length + 1, count);
		redirect->port =
		    text_copy(digits, sizeof(digits), buffer_text(&made)) == -1
			? -1
			: text_number(digits, 65535);
		buffer_free(&made);
	}
	if (redirect->port < 1 || strpbrk(path, "?#") != NULL ||
	    http_allowed(url, NULL) == -1)
		return error_set(err, FAULT_CONFIG,
		    "[identity] redirect is no http://127.0.0.1[:PORT]/PATH");
	buffer_printf(&made, "http://%.*s:%d%s", (int)length, host,
	    (int)redirect->port, path);
	if (buffer_failed(&made) ||
	    text_copy(
		redirect->url, sizeof(redirect->url), buffer_text(&made)) == -1)
		return error_set(
		    err, FAULT_CONFIG, "[identity] redirect is too long");
	redirect->path = strchr(redirect->url + strlen("http://"), '/');
	if (redirect->path == NULL)
		redirect->path = "";
	return 0;
}

/* 256 bits, in base64url. */
static struct secret *
dice(struct error *err)
{
	struct secret *text = secret_new(RANDOM_TEXT);
	unsigned char random[RANDOM_BYTES];

	if (text == NULL ||
	    getrandom(random, sizeof(random), 0) != sizeof(random) ||
	    base64url_encode(text, random, sizeof(random)) == -1) {
		error_errno(err, "no random bytes");
		secret_free(text);
		text = NULL;
	}
	explicit_bzero(random, sizeof(random));
	return text;
}

/* What is asked, and must come back. */
struct asked {
	struct secret *state, *nonce, *verifier;
	struct secret *challenge; /* S256 of the verifier, RFC 7636 4.2 */
};

static void
asked_scoped(struct asked *asked)
{
	secret_free(asked->state);
	secret_free(asked->nonce);
	secret_free(asked->verifier);
	secret_free(asked->challenge);
}

static int
asked_make(struct asked *asked, struct error *err)
{
	unsigned char digest[DIGEST_SIZE];

	if ((asked->state = dice(err)) == NULL ||
	    (asked->nonce = dice(err)) == NULL ||
	    (asked->verifier = dice(err)) == NULL)
		return -1;
	digest_sha256(secret_bytes(asked->verifier),
	    secret_length(asked->verifier), digest);
	if ((asked->challenge = secret_new(RANDOM_TEXT)) == NULL ||
	    base64url_encode(asked->challenge, digest, sizeof(digest)) == -1)
		return error_errno(err, "no memory for a login");
	return 0;
}

static void
add(struct secret *url, const char *key, const char *value, bool *failed)
{
	*failed |= http_form(url, key, value) == -1;
}

/* RFC 6749 4.1.1. `prompt`: an issuer need give offline access only to whom
 * the person has agreed to it (OpenID Connect Core 11). */
static struct secret *
authorization_url(const struct login *login, const char *endpoint,
    const char *redirect, const struct asked *asked, struct error *err)
{
	scoped(secret) struct secret *url = secret_new(LOGIN_URL_MAX);
	scoped(secret) struct secret *query = secret_new(LOGIN_URL_MAX);
	const char *scope = login_scope(login);
	bool failed = url == NULL || query == NULL;

	if (!failed) {
		add(query, "response_type", "code", &failed);
		add(query, "client_id", login->client, &failed);
		add(query, "redirect_uri", redirect, &failed);
		add(query, "scope", scope, &failed);
		failed |= http_form_secret(query, "state", asked->state) == -1;
		failed |= http_form_secret(query, "nonce", asked->nonce) == -1;
		failed |= http_form_secret(
			      query, "code_challenge", asked->challenge) == -1;
		add(query, "code_challenge_method", "S256", &failed);
		if (strstr(scope, "offline_access") != NULL)
			add(query, "prompt", "consent", &failed);
	}
	if (failed || secret_add_string(url, endpoint) == -1 ||
	    secret_add(url, strchr(endpoint, '?') == NULL ? "?" : "&", 1) ==
		-1 ||
	    secret_add(url, secret_bytes(query), secret_length(query)) == -1) {
		error_set(
		    err, FAULT_CONFIG, "the URL of the login is too long");
		return NULL;
	}
	return take(&url);
}

static void
remember(struct writing *told, const char *key, const struct secret *secret)
{
	writing_add_bytes(
	    told, key, secret_bytes(secret), secret_length(secret));
}

static int
no_browser_flow(const struct login *login, struct error *err)
{
	return error_set(err, FAULT_REFUSED,
	    "%s has no authorization_endpoint: daypass login --device",
	    login->host);
}

int
login_browser_begin(const struct login *login, const struct message *message,
    struct writing *told, struct error *err)
{
	scoped(asked) struct asked asked = {0};
	scoped(secret) struct secret *url = NULL;
	struct redirect redirect;
	const char *endpoint;
	bool there;

	if (redirect_read(&redirect, login,
		message_number(message, "redirect-port", -1), err) == -1)
		return -1;
	endpoint = login_endpoint(login, "authorization_endpoint", &there, err);
	if (endpoint == NULL)
		return there ? -1 : no_browser_flow(login, err);
	if (login_offers(login, "code_challenge_methods_supported", "S256") ==
	    0)
		return error_set(err, FAULT_REFUSED,
		    "%s does not take PKCE with S256: daypass login --device",
		    login->host);
	if (asked_make(&asked, err) == -1)
		return -1;
	url = authorization_url(login, endpoint, redirect.url, &asked, err);
	if (url == NULL)
		return -1;
	remember(told, "url", url);
	writing_number(told, "listen", redirect.port);
	writing_add(told, "path", redirect.path);
	writing_number(told, "expires", PATIENCE_SECONDS);
	writing_add(told, "flow.kind", "browser");
	writing_add(told, "flow.redirect", redirect.url);
	remember(told, "flow.state", asked.state);
	remember(told, "flow.nonce", asked.nonce);
	remember(told, "flow.verifier", asked.verifier);
	return 0;
}

/* RFC 6749 4.1.3, RFC 7636 4.5. */
static int
redeem(const struct login *login, const struct message *asked,
    const struct secret *code, struct writing *told, struct error *err)
{
	scoped(login_reply) struct login_reply reply = {0};
	scoped(secret) struct secret *form = NULL;
	const char *url;

	if ((url = login_token_endpoint(login, err)) == NULL)
		return -1;
	form = login_form(login, "authorization_code", err);
	if (form == NULL)
		return -1;
	if (http_form_secret(form, "code", code) == -1 ||
	    http_form(form, "redirect_uri",
		message_get(asked, "flow.redirect")) == -1 ||
	    http_form(form, "code_verifier",
		message_get(asked, "flow.verifier")) == -1)
		return error_set(err, FAULT_SYSTEM, "no room for a code");
	if (login_post(login, url, form, code, POST_USUAL, &reply, err) == -1)
		return -1;
	if (reply.json == NULL)
		return login_refused(&reply, LOGIN_CODE, err);
	return login_finish(
	    login, &reply, message_get(asked, "flow.nonce"), told, err);
}

/* RFC 9207: a reply that another issuer has written would have us bring its
 * code to this one, or this one's to it. */
static int
check_sender(const struct login *login, const char *query, struct error *err)
{
	char issuer[1024];
	bool promised = false;
	int said = login_query(query, "iss", issuer, sizeof(issuer));

	json_boolean(login->metadata,
	    "authorization_response_iss_parameter_supported", &promised);
	if (said == 1 && strcmp(issuer, login->issuer) == 0)
		return 0;
	if (said == 0 && !promised)
		return 0;
	return error_set(err, FAULT_REFUSED,
	    "the browser brought the reply of another issuer than %s (iss): "
	    "it is not taken; daypass login again",
	    login->host);
}

static int
denied(const struct login *login, const char *query, const char *code,
    struct error *err)
{
	struct login_reply reply = {.status = 400};
	char text[LOGIN_TEXT_MAX];

	text_copy(reply.host, sizeof(reply.host), login->host);
	text_printable(reply.code, sizeof(reply.code), code, strlen(code));
	if (login_query(query, "error_description", text, sizeof(text)) == 1)
		text_printable(
		    reply.text, sizeof(reply.text), text, strlen(text));
	return login_refused(&reply, LOGIN_BROWSER, err);
}

/* Whoever knows the port can send us a browser. What does not know the state
 * is not ours and changes nothing. */
static int
ignore(struct writing *told)
{
	writing_add(told, "state", "pending");
	writing_add(told, "said",
	    "a reply that belongs to no login of daypass was ignored");
	return 0;
}

int
login_browser_go_on(const struct login *login, const struct message *asked,
    struct writing *told, struct error *err)
{
	scoped(secret) struct secret *code = secret_new(8 * 1024);
	const char *query = message_get(asked, "reply");
	const char *state = message_get(asked, "flow.state");
	char text[256];

	if (query == NULL || state == NULL || code == NULL)
		return error_set(
		    err, FAULT_USAGE, "no reply of a browser came along");
	if (login_query(query, "state", text, sizeof(text)) != 1 ||
	    strcmp(text, state) != 0)
		return ignore(told);
	if (check_sender(login, query, err) == -1)
		return -1;
	if (login_query(query, "error", text, sizeof(text)) == 1)
		return denied(login, query, text, err);
	if (login_query(query, "code", secret_tail(code), secret_room(code)) !=
	    1)
		return login_unexpected(
		    login->host, "the browser brought no code", err);
	secret_wrote(code, strlen(secret_tail(code)));
	return redeem(login, asked, code, told, err);
}
