/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_HTTP_TRANSFER_H
#define DAYPASS_BASE_HTTP_TRANSFER_H

#include "base/http_inner.h"
#include "base/http_library.h"

/* One try, as http.c makes it and http_explain.c tells of it. */
#define TRANSFER_HEAD_MAX (64 * 1024)

struct transfer {
	struct http *http;
	const struct http_request *request;
	struct http_url url;
	char host[300];
	const struct http_library *curl;
	CURL *handle;
	struct curl_slist *headers;
	struct http_head head;
	struct secret *body;
	char said[CURL_ERROR_SIZE]; /* libcurl's own words */
	bool connected;
	bool too_big;
	bool failed; /* an option was refused: no memory */
};

/* Past all proxies? */
bool transfer_is_direct(const struct transfer *transfer);

/* Why it came to nothing; always -1. */
int transfer_explain(
    const struct transfer *transfer, CURLcode code, struct error *err);

#endif
