/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_HTTP_H
#define DAYPASS_BASE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

/*
 * HTTP as a mint uses it: HTTPS, or HTTP to a loopback address as written;
 * no redirect is followed; TLS 1.2 or later, always verified; a reply is at
 * most HTTP_REPLY_MAX; tokens go in a header or a body and nowhere else.
 * libcurl lives in http.c alone.
 */
#define HTTP_REPLY_MAX (1024 * 1024)

/* How this process reaches the network: set up once in the agent, used by the
 * children that it forks. Proxies come from the usual variables of this
 * process; roots from SSL_CERT_DIR, SSL_CERT_FILE and CURL_CA_BUNDLE as the
 * curl command takes them, else the system's hashed directory, else its
 * bundle; `ca_file` (may be NULL) is added to these. Loads what is costly to
 * load, so that children need not. May be called again. -1 when a file that
 * was named cannot be read. */
int http_global(const char *ca_file, struct error *err);

/* Does a piece, of a few ms at most, of what http_global does whatever the
 * roots are. False: there is no more to be done ahead. What fails fails again,
 * and says why, in http_global. */
bool http_prepare(void);

/* What was in the way of a connection, for who has to mend it. */
enum http_trouble {
	HTTP_TROUBLE_NONE,
	HTTP_TROUBLE_URL,	    /* a token may not be sent there */
	HTTP_TROUBLE_NAME,	    /* the host's name has no address */
	HTTP_TROUBLE_CONNECT,	    /* nobody listens, or no way there */
	HTTP_TROUBLE_TIME,	    /* nobody answered in time */
	HTTP_TROUBLE_PROXY_NAME,    /* the proxy's name has no address */
	HTTP_TROUBLE_PROXY_CONNECT, /* nobody listens at the proxy */
	HTTP_TROUBLE_PROXY_LOGIN,   /* the proxy wants to know who asks */
	HTTP_TROUBLE_PROXY_REFUSED, /* the proxy does not go there */
	HTTP_TROUBLE_TRUST,	    /* the certificate's CA is not trusted */
	HTTP_TROUBLE_EXPIRED,	    /* the certificate, by our clock */
	HTTP_TROUBLE_EARLY,	    /* it is not valid yet, by our clock */
	HTTP_TROUBLE_OTHER_HOST,    /* the certificate is another name's */
	HTTP_TROUBLE_TLS,	    /* no TLS, or none that both know */
	HTTP_TROUBLE_COUNT
};

/* Words of the wire: "name", "proxy-login". */
const char *http_trouble_word(enum http_trouble trouble);

#define HTTP_PROXY_TEXT 300

/* How a connection came about, or did not. */
struct http_way {
	enum http_trouble trouble;
	char proxy[HTTP_PROXY_TEXT]; /* "proxy.example:3128 (https_proxy)", no
					password in it; "": none was used */
};

/* One mint's use of the network. */
struct http {
	int64_t deadline;      /* clock_ms() at which everything ends */
	int64_t input_expires; /* unix time at which the token that is sent
				  dies; 0: never. A further try that it would
				  not outlive is not made: see `stale`. The
				  first one is: if it is our clock that is
				  wrong, its answer says so */
	bool stale;	/* out: gave up because of input_expires; the caller
			   may come again with a fresh token */
	int64_t lately; /* what other clocks told: theirs minus ours; 0 */
	int64_t skew;	/* out: the other's clock minus ours in seconds, by
			   its Date header; 0 within 30 s */
	void (*progress)(const char *at); /* says what is being done; or NULL */
	struct http_way *way;		  /* out, of http_reach alone */
};

struct http_reply {
	int status;
	char type[96];	     /* the media type, lower case, no parameters */
	int64_t retry_after; /* seconds, -1 when not said */
	bool marked;	     /* it has the request's mark */
	struct secret *body;
};

void http_reply_clear(struct http_reply *reply);
static inline void
http_reply_scoped(struct http_reply *reply)
{
	http_reply_clear(reply);
}

struct http_request {
	const char *method; /* "GET", "POST", "DELETE" */
	const char *url;
	const char *socket; /* path of a unix socket to use, or NULL */
	bool link_local;    /* the URL is an address compiled into an identity:
			       plain HTTP is allowed, no proxy is used */
	const char *const *headers; /* "Name: value", NULL-terminated, or NULL;
				       nothing secret in them */
	const struct secret *authorization; /* the value of Authorization */
	const char *secret_header_name;	    /* e.g. X-Amz-Security-Token, and */
	const struct secret *secret_header; /* its value; NULL: none */
	const char *mark_name; /* a header by which the right server is known */
	const char *mark;      /* and its value; NULL: none */
	const char *content_type;  /* of the body */
	const struct secret *body; /* NULL: none */
	/* Is this reply, which is neither 2xx, 429 nor 5xx, worth another
	 * try? NULL: never. */
	bool (*again)(const struct http_reply *reply);
	bool no_retry; /* one try only */
	bool connects; /* http_reach's: nothing is sent */
};

/*
 * Sends it until there is a final reply: network faults, 429 and 5xx are
 * tried again (Retry-After respected, else 0.2 s doubling with full jitter, at
 * most 4 tries) within the deadline. 0: a reply arrived, of whatever status,
 * and is in *reply. -1: none did (FAULT_NETWORK; FAULT_CONFIG for a URL that
 * may not be used; FAULT_REFUSED for a certificate that does not verify, a
 * reply over the limit, a redirect). The text names the host, never the query.
 */
int http_send(struct http *http, const struct http_request *request,
    struct http_reply *reply, struct error *err);

/* Is there a way there? Resolves, connects, goes through the proxy and has a
 * certificate verified, by the rules of http_send and once, and sends nothing
 * to the host. Of the request method, URL, socket and link_local count. 0, or
 * -1 with http_send's error; *way says more, either way. */
int http_reach(struct http *http, const struct http_request *request,
    struct http_way *way, struct error *err);

/* Which roots are trusted, in words: "SSL_CERT_FILE '/x', [http] ca-file
 * '/y'". */
const char *http_roots_text(void);

/* May a token be sent to this URL at all? https, or http to 127/8, ::1 or
 * localhost as written; no user, no fragment. FAULT_CONFIG if not. */
int http_allowed(const char *url, struct error *err);

/* Scheme, host and port as a URL: "https://sts.amazonaws.com/", and nothing
 * of its path or query. -1: no URL that can be used. */
int http_origin(const char *url, char *origin, size_t size);

/* Is HOST[:PORT] a loopback address, as written? For URLs of other schemes. */
bool http_loopback(const char *authority);

/* Scheme, host and port of a URL, for messages: "sts.amazonaws.com",
 * "localhost:8443". */
const char *http_host(const char *url, char *host, size_t size);

/* Building bodies out of secrets. Each -1 when `limit`-ed capacity is over. */

/* Appends `key=value` with both percent-encoded, `&` before all but the
 * first. */
int http_form(struct secret *body, const char *key, const char *value);
int http_form_secret(
    struct secret *body, const char *key, const struct secret *value);

#endif
