/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_HTTP_INNER_H
#define DAYPASS_BASE_HTTP_INNER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/http.h"

/* What the http_*.c files share; nobody else includes this. */

struct http_url {
	char scheme[8]; /* "https" or "http" */
	char host[256]; /* lower case, an IPv6 address without brackets */
	unsigned port;
	bool loopback; /* as written: 127/8, ::1, localhost */
};

/* Takes a URL apart (RFC 3986), more strictly than any other reader of it
 * down the road, so that none can see another host in it than we do. -1 with
 * FAULT_CONFIG; the text never holds the URL itself. */
int http_url_read(const char *url, struct http_url *parts, struct error *err);

/* May this request be sent there? Fills `parts` for the try. */
int http_request_allowed(const struct http_request *request,
    struct http_url *parts, struct error *err);

/* What the head of a reply says, line by line as it arrives. */
struct http_head {
	char type[96];	     /* as in struct http_reply */
	int64_t date;	     /* unix seconds, or -1 */
	int64_t retry_after; /* seconds, or -1 */
	bool marked;	     /* set by who knows the mark */
	size_t length;	     /* bytes so far */
};
void http_head_start(struct http_head *head);
void http_head_line(struct http_head *head, const char *line, size_t length);
/* Is this line the header of that name, with exactly this value? */
bool http_head_says(
    const char *line, size_t length, const char *name, const char *value);
/* The other's clock minus ours in seconds; 0 within 30, or when not said. */
int64_t http_head_skew(const struct http_head *head);

/* The header lines of a request, each ended by a NUL, what libcurl is not to
 * add among them. NULL: one would hold a line break (FAULT_CONFIG). */
struct secret *http_lines(
    const struct http_request *request, const char *host, struct error *err);

/* One try, by libcurl: 0, and a reply, or -1. *again says whether a failure
 * may be another's next time. Corrects http->skew. */
int http_try(struct http *http, const struct http_request *request,
    struct http_reply *reply, bool *again, struct error *err);

/* What is said of a redirect, which is never followed: scheme and host of the
 * place alone. Always -1. */
int http_redirected(const char *host, const char *to, struct error *err);

/*
 * The certificates that are trusted, as OpenSSL has them. Load: `directory`
 * and `bundle` are libcurl's defaults, or NULL. Install: for
 * CURLOPT_SSL_CTX_FUNCTION, with its SSL_CTX. Refused: says what is wrong with
 * a host's certificate, by an X509_V_... result; always -1. Warm: what loading
 * does first, and once.
 */
void http_roots_warm(void);
int http_roots_load(const char *directory, const char *bundle,
    const char *ca_file, struct error *err);
void http_roots_install(void *ssl_context);
int http_roots_refused(const char *host, long verify_result, struct error *err);
/* What it comes to. */
enum http_trouble http_roots_trouble(long verify_result);

/* Keeps what libcurl tells of the proxy that it takes. */
void http_way_hear(struct http_way *way, const char *said, size_t length);

#endif
