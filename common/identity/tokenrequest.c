/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/echo.h"
#include "base/json.h"
#include "base/text.h"
#include "identity/tokenrequest.h"

/* One exchange with the endpoint, for as long as it takes. */
struct asking {
	const struct tokenrequest *request;
	struct secret *authorization;
	struct secret *body;
	struct http_reply reply;
	char host[256];
};

static void
asking_scoped(struct asking *asking)
{
	secret_free(asking->authorization);
	secret_free(asking->body);
	http_reply_clear(&asking->reply);
}

static int
prepare(struct asking *asking, struct error *err)
{
	const struct tokenrequest *request = asking->request;
	size_t size;

	if (request->socket == NULL)
		http_host(request->url, asking->host, sizeof(asking->host));
	else
		snprintf(
		    asking->host, sizeof(asking->host), "%s", request->socket);
	if (request->credential != NULL) {
		size = strlen(request->scheme) + strlen(request->credential);
		if ((asking->authorization = secret_new(size + 1)) == NULL)
			return error_errno(err, "memory for a token");
		secret_add_string(asking->authorization, request->scheme);
		secret_add_string(asking->authorization, " ");
		secret_add_string(asking->authorization, request->credential);
	}
	if (request->body != NULL && (asking->body = secret_copy(request->body,
					  strlen(request->body))) == NULL)
		return error_errno(err, "memory for a request");
	return 0;
}

static int
ask(struct asking *asking, struct http *http, struct error *err)
{
	const struct tokenrequest *request = asking->request;
	const struct http_request sent = {.method = request->method,
	    .url = request->url,
	    .socket = request->socket,
	    .link_local = request->link_local,
	    .headers = request->headers,
	    .mark_name = request->mark_name,
	    .mark = request->mark,
	    .authorization = asking->authorization,
	    .content_type = request->body == NULL ? NULL : "application/json",
	    .body = asking->body};

	if (http_send(http, &sent, &asking->reply, err) == 0)
		return 0;
	/* its text names the host, which a socket has not */
	return request->socket == NULL ? -1 : error_in(err, "%s", asking->host);
}

static struct json *
document(const struct http_reply *reply)
{
	if (reply->body == NULL)
		return NULL;
	return json_parse(
	    secret_bytes(reply->body), secret_length(reply->body), NULL);
}

/* The first line of plain text. A proxy's page says nothing. */
static void
first_line(const struct http_reply *reply, char *text, size_t size)
{
	const char *line;
	size_t length;

	if (reply->body == NULL || strcmp(reply->type, "text/plain") != 0)
		return;
	line = secret_bytes(reply->body);
	if ((length = strcspn(line, "\r\n")) > 0)
		text_printable(text, size, line, length);
}

static void
message_of(const struct http_reply *reply, char *text, size_t size)
{
	scoped(json) struct json *json = document(reply);
	const char *message;

	snprintf(text, size, "no reason given");
	if (json == NULL)
		first_line(reply, text, size);
	else if (json_string(json, "message", &message) ||
		 json_string(json, "error", &message))
		text_printable(text, size, message, strlen(message));
	echo_mask(text);
}

static enum fault
fault_of(int status, const char *why)
{
	if (status == 203 || status == 401 || status == 403 || why != NULL)
		return FAULT_IDENTITY;
	return status == 429 || status >= 500 ? FAULT_NETWORK : FAULT_REFUSED;
}

static const char *
reason_of(const struct tokenrequest *request, int status)
{
	if (status == 203 || status == 401 || status == 403)
		return request->denied;
	return status == 404 ? request->missing : NULL;
}

static int
refused(const struct asking *asking, struct error *err)
{
	int status = asking->reply.status;
	const char *why = reason_of(asking->request, status);
	char message[256];

	message_of(&asking->reply, message, sizeof(message));
	echo_conceal(message, asking->authorization);
	return error_set(err, fault_of(status, why),
	    "HTTP %d from %s: %s%s%s%s", status, asking->host, message,
	    why == NULL ? "" : " (", why == NULL ? "" : why,
	    why == NULL ? "" : ")");
}

/* The token as it stands in the reply, not looked at yet. */
static int
find(struct asking *asking, struct secret **found, struct error *err)
{
	scoped(json) struct json *json = NULL;
	const char *member = asking->request->member;
	const char *value;

	if (member == NULL) {
		*found = take(&asking->reply.body);
		return 0;
	}
	json = document(&asking->reply);
	if (json == NULL || !json_string(json, member, &value))
		return error_set(err, FAULT_REFUSED,
		    "no token in the reply of %s", asking->host);
	if ((*found = secret_copy(value, strlen(value))) == NULL)
		return error_errno(err, "memory for a token");
	return 0;
}

int
tokenrequest_send(const struct identity_mint *mint,
    const struct tokenrequest *request, struct secret **token,
    struct error *err)
{
	scoped(asking) struct asking asking = {.request = request};
	scoped(secret) struct secret *found = NULL;

	if (prepare(&asking, err) == -1 || ask(&asking, mint->http, err) == -1)
		return -1;
	if (request->mark != NULL && !asking.reply.marked)
		return error_set(err, FAULT_IDENTITY, "%s: %s", asking.host,
		    request->unmarked);
	if (asking.reply.status / 100 != 2 || asking.reply.status == 203)
		return refused(&asking, err);
	if (find(&asking, &found, err) == -1)
		return -1;
	if (identity_trim(&found, "the token in the reply", err) == -1)
		return error_in(err, "%s", asking.host);
	*token = take(&found);
	return 0;
}
