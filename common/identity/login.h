/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_IDENTITY_LOGIN_H
#define DAYPASS_IDENTITY_LOGIN_H

#include "base/buffer.h"
#include "base/json.h"
#include "identity/identity.h"

/*
 * What the login*.c files share. A person's login at an OpenID provider: the
 * authorization code flow with PKCE over a loopback redirect (RFC 6749, 7636,
 * 8252), the device flow (RFC 8628), refresh (RFC 6749 6) and revocation (RFC
 * 7009), as a public client, within RFC 9700.
 */
#define LOGIN_URL_MAX (8 * 1024)
#define LOGIN_HOST_MAX 300
#define LOGIN_TEXT_MAX 512

struct login {
	const struct identity_mint *mint;
	const char *issuer;
	const char *client;	   /* client-id */
	char host[LOGIN_HOST_MAX]; /* the issuer's, for messages */
	struct json *metadata;	   /* NULL until login_discover */
};

/* Reads the settings; FAULT_CONFIG. */
int login_open(
    struct login *login, const struct identity_mint *mint, struct error *err);
void login_close(struct login *login);
static inline void
login_scoped(struct login *login)
{
	login_close(login);
}

/* login-issuer.c: the provider's metadata (OpenID Connect Discovery 1.0).
 * Its `issuer` must be ours to the byte. */
int login_discover(struct login *login, struct error *err);

/* An endpoint's URL: https, or loopback. NULL: the metadata has none, which
 * is 0 in *there and no error, or one that may not be used. */
const char *login_endpoint(const struct login *login, const char *name,
    bool *there, struct error *err);

/* Does a list of the metadata hold this word? 0 or 1; -1: no such list. */
int login_offers(const struct login *login, const char *list, const char *word);

/* What to ask for: the setting, else openid, and offline_access where that is
 * offered. */
const char *login_scope(const struct login *login);

/* login-reply.c: what a token or device endpoint answers. */
struct login_reply {
	int status;
	struct json *json;	   /* of a 2xx */
	char code[64];		   /* of anything else, "" if none was said */
	char text[LOGIN_TEXT_MAX]; /* its description, fit to be shown */
	char host[LOGIN_HOST_MAX];
};
void login_reply_clear(struct login_reply *reply);
static inline void
login_reply_scoped(struct login_reply *reply)
{
	login_reply_clear(reply);
}

/* A form with grant_type (NULL: none), client_id, and client_secret where
 * [identity] has one. NULL: no memory. */
struct secret *login_form(
    const struct login *login, const char *grant, struct error *err);

/* Posts it. `sent` (may be NULL): what it may repeat, beside the form. 0: an
 * answer, of whatever status; a 2xx without JSON is none, unless nothing is
 * wanted of it (RFC 7009 2.2): then reply->json may be NULL. */
enum login_post { POST_USUAL, POST_ONCE, POST_EMPTY };
int login_post(const struct login *login, const char *url,
    const struct secret *form, const struct secret *sent, enum login_post how,
    struct login_reply *reply, struct error *err);

/* Where a refusal was met: what to do about it depends on that. */
enum login_at { LOGIN_REFRESH, LOGIN_CODE, LOGIN_DEVICE, LOGIN_BROWSER };

/* The sentence for a reply that is no 2xx; always -1. */
int login_refused(
    const struct login_reply *reply, enum login_at at, struct error *err);

/* FAULT_REFUSED: "unexpected reply from HOST: " and this. Always -1. */
int login_unexpected(const char *host, const char *what, struct error *err);

/* The token endpoint; NULL: FAULT_REFUSED. */
const char *login_token_endpoint(const struct login *login, struct error *err);

/* login-token.c. Takes one out of a reply; NULL: FAULT_REFUSED. */
struct secret *login_token(const struct json *json, const char *name,
    const char *host, struct error *err);

/* Is it an id token of this issuer for this client, alive, and (unless NULL)
 * with this nonce and subject? OpenID Connect Core 3.1.3.7, but for the
 * signature: it came over TLS from the token endpoint itself (item 6). The
 * subject goes to `subject`. */
#define LOGIN_SUBJECT_MAX 256
int login_check(const struct login *login, const struct secret *id_token,
    const char *nonce, const char *expected, char subject[LOGIN_SUBJECT_MAX],
    struct error *err);

/* What rests: the refresh token and whose it is. */
struct secret *login_pack(
    const struct secret *refresh, const char *subject, struct error *err);
/* NULL: that was not packed by us. */
struct secret *login_unpack(const struct secret *packed,
    char subject[LOGIN_SUBJECT_MAX], struct error *err);

/* The end of both flows: takes the tokens out of a reply, checks them, keeps
 * the refresh token, tells. */
int login_finish(const struct login *login, const struct login_reply *reply,
    const char *nonce, struct writing *told, struct error *err);

/* login-browser.c, login-device.c, login-leave.c: the talk. */
int login_browser_begin(const struct login *login, const struct message *asked,
    struct writing *told, struct error *err);
int login_browser_go_on(const struct login *login, const struct message *asked,
    struct writing *told, struct error *err);
int login_device_begin(
    const struct login *login, struct writing *told, struct error *err);
int login_device_go_on(struct login *login, const struct message *asked,
    struct writing *told, struct error *err);
int login_leave(struct login *login, struct writing *told, struct error *err);

/* login-query.c: a field of a query (RFC 6749 appendix B). 1: found; 0: none;
 * -1: no memory, too long, twice, or not to be read. */
int login_query(const char *query, const char *name, char *value, size_t size);

#endif
