/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_HTTP_PEER_H
#define DAYPASS_TESTS_HTTP_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/http.h"

/* A running http_server.py, and a call to it. */
struct http_peer {
	pid_t pid;
	int input; /* the server ends when this is closed */
	char directory[64];
	char ca[96]; /* of the certificate of `tls` and `other` */
	char socket[96];
	int plain, tls, self_signed, other; /* ports */
};

struct call {
	struct http http;
	struct http_request request;
	struct http_reply reply;
	struct error err;
	char url[256];
};

/* False: there is no python3 or openssl. Also clears the variables that
 * would send us elsewhere. */
bool http_peer_start(struct http_peer *peer);
void http_peer_stop(struct http_peer *peer);

/* A GET of http://127.0.0.1:PORT/PATH with 10 seconds to go; change
 * call->request and call->http before call_send. */
void call_prepare(
    struct call *call, const char *scheme, int port, const char *path);
int call_send(struct call *call);

/* The body of the last reply, "" when there is none. */
const char *call_body(const struct call *call);
void call_finish(struct call *call);

/* How often the server was asked for a path. */
int http_peer_count(const struct http_peer *peer, const char *path);

#endif
