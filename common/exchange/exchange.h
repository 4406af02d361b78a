/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_EXCHANGE_H
#define DAYPASS_EXCHANGE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/http.h"
#include "base/settings.h"
#include "exchange/credential.h"

/*
 * An exchange trades one credential for another. Each is one file that
 * defines one `const struct exchange`, and one word in build.am; the table is
 * generated from that list.
 */

/* Where the asker wants to go, as far as an exchange may care: all of these
 * may be NULL. */
struct exchange_target {
	const char *host; /* lower case, no port */
	const char *path; /* no leading slash, no ".git" */
	const char *url;  /* as the asker wrote it */
	/* Whom an id token that this step makes is for, as binding or request
	 * say; of the last step alone. */
	const char *audience;
	/* A variable of the asker that the exchange declared (else of the
	 * agent), NULL when unset. */
	const char *(*variable)(const struct exchange_target *, const char *);
};

/* What one mint has to work with, in the child. */
struct exchange_mint {
	const struct settings *settings; /* as `resolve` left them */
	const struct credential *input;
	const struct credential *actor; /* who acts for it, or NULL */
	struct http *http;
};

enum exchange_key_kind {
	KEY_TEXT,
	KEY_REPEAT, /* text that may repeat */
	KEY_DURATION,
	KEY_BOOLEAN,
	KEY_URL,
	KEY_CREDENTIAL /* the name of one, or `id-token` */
};

struct exchange_key {
	const char *name; /* NULL ends the list */
	enum exchange_key_kind kind;
	bool required;
};

/* A key that one would look for here, but it belongs elsewhere. */
struct exchange_absent {
	const char *name; /* NULL ends the list */
	const char *why;
};

struct exchange {
	const char *name;
	unsigned takes;	 /* a set of kinds */
	unsigned yields; /* one kind; a set where the settings say which */
	/* Which kind these settings make of it; offline, never 0. NULL where
	 * `yields` is one kind. */
	unsigned (*yields_of)(const struct settings *settings);
	/* Hosts (globs) for which the agent may append this exchange by
	 * itself when a tool cannot use the kind that is bound. NULL: none. */
	const char *const *hosts;
	/* Keys of [credential] beside the common ones (exchange, from,
	 * identity, token-audience, ttl, endpoint, revoke). */
	const struct exchange_key *keys;
	/* Seconds: what it asks for without `ttl`, and the least that it can
	 * ask for; 0: nobody can tell it. */
	long ttl_usual, ttl_min;
	/* Keys that are a mistake, and why. NULL: none but the unknown. */
	const struct exchange_absent *absent;
	/* The user name in what it makes (KIND_BASIC), where that is known
	 * before it is made. NULL, or NULL from it: it is not. */
	const char *(*user)(const struct settings *settings);
	/* What it makes is for one use: each who asks gets one of their own.
	 * Only for what costs no request. */
	bool fresh;
	/* Variables of the asker that resolve() reads; written as identities
	 * write theirs. */
	const char *const *variables;

	/* The `aud` of the id token that it wants, where token-audience does
	 * not say; into `audience`. -1: needs a setting that is missing. NULL
	 * where it takes no id token. */
	int (*audience)(const struct settings *settings,
	    struct buffer *audience, struct error *err);

	/* In the agent, offline: completes and checks the settings for one
	 * request (region, scope from the URL). All that changes the result
	 * must be in the settings afterwards: their digest is the vault's
	 * key. -1 with FAULT_CONFIG (or FAULT_USAGE, when the request lacks
	 * something). May be NULL. */
	int (*resolve)(struct settings *settings,
	    const struct exchange_target *target, struct error *err);

	/* The URL that run() will ask, for doctor. Offline. */
	int (*endpoint)(const struct settings *settings, struct buffer *url,
	    struct error *err);

	/* Likewise whom revoke() asks, where that is another host; else NULL.
	 */
	int (*revoker)(const struct settings *settings, struct buffer *url,
	    struct error *err);

	/* In the child; blocks until the deadline at most. Sets kind, secret,
	 * expires (by the other's clock; the mint corrects it), revocable. */
	int (*run)(const struct exchange_mint *mint, struct credential **output,
	    struct error *err);

	/* In a child, at the session's end: takes `input` back. NULL: its
	 * credentials can only expire. */
	int (*revoke)(const struct exchange_mint *mint, struct error *err);
};

/* All exchanges; NULL-terminated. Generated. */
extern const struct exchange *const exchanges[];

const struct exchange *exchange_named(const char *name);

/* run(); of what was sent, no reason that it gives repeats anything. */
int exchange_run(const struct exchange *exchange,
    const struct exchange_mint *mint, struct credential **output,
    struct error *err);

/* The one kind that this exchange yields with these settings. */
unsigned exchange_yields(
    const struct exchange *exchange, const struct settings *settings);

/* The base of the URL: the setting `endpoint` with no slash at its end, else
 * "https://" and the host given. -1: endpoint may not be used. */
int exchange_base(const struct settings *settings, const char *host,
    struct buffer *url, struct error *err);

/* The setting `ttl` in seconds, else `otherwise`. */
long exchange_ttl(const struct settings *settings, long otherwise);

/* A new secret "Bearer " and the token; NULL: no memory. */
struct secret *exchange_bearer(const struct secret *token);

/* A new secret "Basic " and both in base64 (RFC 7617); NULL: no memory. */
struct secret *exchange_basic(const char *name, const struct secret *password);

/* Appends the token as a string of JSON. -1: no room. */
int exchange_quote(struct secret *body, const struct secret *token);

/* The origin of a URL, or -1: it has none. */
int exchange_origin(const char *url, struct buffer *origin);

/* Is the reply a 2xx of media type `type` (prefix "application/json" also
 * takes "application/problem+json"-like suffixes)? Else -1: FAULT_REFUSED,
 * "unexpected ... from HOST". For 4xx replies use a protocol's own reader
 * first. */
int exchange_accept(const struct http_reply *reply, const char *type,
    const char *host, struct error *err);

/* An error reply in OAuth's form (RFC 6749 5.2): sets "CODE from HOST:
 * DESCRIPTION", FAULT_REFUSED for 4xx, FAULT_NETWORK for 429 and 5xx. Also
 * reads Google's {"error":{"status","message"}}, grpc-gateway's
 * {"code","message"}, and {"errors":[...]} of strings (Vault) or of objects
 * with a "message" and a "code" (JFrog, registries), of which the code stands
 * beside the status: "HTTP 401 UNAUTHORIZED from HOST". Always -1. */
int exchange_refused(
    const struct http_reply *reply, const char *host, struct error *err);

#endif
