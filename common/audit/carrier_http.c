/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/carrier.h"
#include "base/clock.h"
#include "base/http.h"

/* CloudEvents over HTTP, batched mode (HTTP Protocol Binding 1.0.2, 3.3): an
 * array of events; 2xx says that they are there. */
#define BATCH "application/cloudevents-batch+json"
#define BODY_MORE 64

struct http_sink {
	const char *url;
	char host[300];
};

static void *
start(const struct order *order, struct error *err)
{
	struct http_sink *sink = calloc(1, sizeof(*sink));

	if (sink == NULL) {
		error_errno(err, "no memory for a sink");
		return NULL;
	}
	sink->url = order->sink;
	http_host(order->sink, sink->host, sizeof(sink->host));
	if (http_allowed(order->sink, err) == 0 &&
	    http_global(order->ca_file, err) == 0)
		return sink;
	free(sink);
	return NULL;
}

static struct secret *
body_of(const char *lines, size_t length)
{
	scoped(secret) struct secret *body = secret_new(length + BODY_MORE);
	const char *at = lines, *line;
	size_t line_length;
	int result = body == NULL ? -1 : secret_add_string(body, "[");

	while (result == 0 && (line = carrier_line(&at, lines + length,
				   &line_length)) != NULL) {
		if (line != lines)
			result = secret_add_string(body, ",");
		if (result == 0)
			result = secret_add(body, line, line_length);
	}
	if (result == 0)
		result = secret_add_string(body, "]");
	return result == -1 ? NULL : take(&body);
}

static struct secret *
bearer(const struct secret *token)
{
	struct secret *value;

	if (token == NULL ||
	    (value = secret_new(secret_length(token) + 8)) == NULL)
		return NULL;
	secret_add_string(value, "Bearer ");
	secret_add(value, secret_bytes(token), secret_length(token));
	return value;
}

static int
check_status(const struct http_sink *sink, int status, struct error *err)
{
	if (status >= 200 && status < 300)
		return 0;
	return error_set(err, status < 500 ? FAULT_REFUSED : FAULT_NETWORK,
	    "%s answered %d%s", sink->host, status,
	    status == 401 || status == 403
		? ": [audit] credential must be one that it accepts"
		: "");
}

static int
deliver(void *state, const char *lines, size_t length,
    const struct secret *token, struct error *err)
{
	const struct http_sink *sink = state;
	scoped(secret) struct secret *body = body_of(lines, length);
	scoped(secret) struct secret *authorization = bearer(token);
	scoped(http_reply) struct http_reply reply = {.status = 0};
	struct http http = {
	    .deadline = clock_ms() + DELIVERY_SECONDS * 1000};
	struct http_request request = {.method = "POST",
	    .url = sink->url,
	    .authorization = authorization,
	    .content_type = BATCH,
	    .body = body};

	if (body == NULL)
		return error_errno(err, "no memory for records");
	if (http_send(&http, &request, &reply, err) == -1)
		return -1;
	return check_status(sink, reply.status, err);
}

const struct carrier carrier_http = {
    .prefix = "http", .start = start, .deliver = deliver};
