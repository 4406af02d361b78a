/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/sigv4.h"
#include "exchange/aws.h"
#include "exchange/reply.h"

/* An endpoint of one's own may have a path before ours. */
static const char *
path_of(const char *url)
{
	const char *host = strstr(url, "://");

	return strchr(host == NULL ? url : host + 3, '/');
}

static struct secret *
sign(const struct exchange_mint *mint, const struct aws_call *call,
    char date[SIGV4_DATE], struct error *err)
{
	scoped(buffer) struct buffer authorization = BUFFER(2048);
	struct secret *secret;
	char host[REPLY_HOST_MAX];
	const struct sigv4 sigv4 = {
	    .access_key_id = mint->input->name,
	    .secret_key = mint->input->secret,
	    .session_token = mint->input->session,
	    .region = call->region,
	    .service = call->service,
	    .now = clock_unix() + mint->http->skew,
	    .method = "POST",
	    .host = http_host(call->url, host, sizeof(host)),
	    .path = path_of(call->url),
	    .content_type = call->content_type,
	    .target = call->target,
	    .body = call->body,
	};

	if (sigv4_sign(&sigv4, &authorization, date) == -1) {
		error_set(err, FAULT_SYSTEM, "the request cannot be signed");
		return NULL;
	}
	secret = secret_copy(authorization.bytes, authorization.length);
	if (secret == NULL)
		error_errno(err, "memory for a signature");
	return secret;
}

static int
send_once(const struct exchange_mint *mint, const struct aws_call *call,
    struct http_reply *reply, struct error *err)
{
	char date[SIGV4_DATE], date_line[64], target_line[160];
	const char *headers[] = {date_line, NULL, NULL};
	scoped(secret) struct secret *authorization =
	    sign(mint, call, date, err);
	const struct http_request request = {
	    .method = "POST",
	    .url = call->url,
	    .headers = headers,
	    .authorization = authorization,
	    .secret_header_name = "X-Amz-Security-Token",
	    .secret_header = mint->input->session,
	    .content_type = call->content_type,
	    .body = call->body,
	    .again = aws_again,
	};

	if (authorization == NULL)
		return -1;
	snprintf(date_line, sizeof(date_line), "X-Amz-Date: %s", date);
	if (call->target != NULL) {
		snprintf(target_line, sizeof(target_line), "X-Amz-Target: %s",
		    call->target);
		headers[1] = target_line;
	}
	return http_send(mint->http, &request, reply, err);
}

static int
send_unsigned(const struct exchange_mint *mint, const struct aws_call *call,
    struct http_reply *reply, struct error *err)
{
	const struct http_request request = {
	    .method = "POST",
	    .url = call->url,
	    .content_type = call->content_type,
	    .body = call->body,
	    .again = aws_again,
	};

	return http_send(mint->http, &request, reply, err);
}

/* A signature says when it was made, and one that is more than five minutes
 * off is refused: then the refusal's Date says how far our clock is off. */
static int
send_signed(const struct exchange_mint *mint, const struct aws_call *call,
    struct http_reply *reply, struct error *err)
{
	int64_t skew = mint->http->skew;

	if (send_once(mint, call, reply, err) == -1)
		return -1;
	if (reply->status / 100 != 4 || mint->http->skew == skew)
		return 0;
	http_reply_clear(reply);
	return send_once(mint, call, reply, err);
}

int
aws_ask(const struct exchange_mint *mint, const struct aws_call *call,
    const struct aws_cause *causes, struct http_reply *reply, struct error *err)
{
	char host[REPLY_HOST_MAX];
	int sent = call->service == NULL ? send_unsigned(mint, call, reply, err)
					 : send_signed(mint, call, reply, err);

	if (sent == -1)
		return -1;
	if (reply->status / 100 == 2)
		return 0;
	http_host(call->url, host, sizeof(host));
	return aws_refused(mint, reply, host, causes, err);
}
