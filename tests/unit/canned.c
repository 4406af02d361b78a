/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "canned.h"

#define REPLIES 8

struct canned canned;

static struct {
	int status;
	const char *type;
	const char *body;
} replies[REPLIES];
static int first, last;
static int64_t next_skew;

void
canned_put(int status, const char *type, const char *body)
{
	if (first == last)
		first = last = 0;
	replies[last].status = status;
	replies[last].type = type;
	replies[last++].body = body;
}

void
canned_skew(int64_t seconds)
{
	next_skew = seconds;
}

void
http_reply_clear(struct http_reply *reply)
{
	secret_free(reply->body);
	memset(reply, 0, sizeof(*reply));
}

static void
keep(char *to, size_t size, const struct secret *secret)
{
	snprintf(to, size, "%s", secret == NULL ? "" : secret_bytes(secret));
}

static void
keep_request(const struct http_request *request)
{
	int count = canned.count;
	const char *type = request->content_type;

	memset(&canned, 0, sizeof(canned));
	canned.count = count + 1;
	snprintf(canned.method, sizeof(canned.method), "%s", request->method);
	snprintf(canned.url, sizeof(canned.url), "%s", request->url);
	snprintf(
	    canned.type, sizeof(canned.type), "%s", type == NULL ? "" : type);
	keep(canned.authorization, sizeof(canned.authorization),
	    request->authorization);
	keep(canned.secret_header, sizeof(canned.secret_header),
	    request->secret_header);
	keep(canned.body, sizeof(canned.body), request->body);
	for (size_t i = 0;
	     request->headers != NULL && request->headers[i] != NULL; i++) {
		strcat(canned.headers, request->headers[i]);
		strcat(canned.headers, "|");
	}
}

int
http_send(struct http *http, const struct http_request *request,
    struct http_reply *reply, struct error *err)
{
	const char *body;

	memset(reply, 0, sizeof(*reply));
	keep_request(request);
	if (first == last)
		return error_set(err, FAULT_NETWORK, "nobody answers");
	body = replies[first].body;
	reply->status = replies[first].status;
	reply->retry_after = -1;
	snprintf(reply->type, sizeof(reply->type), "%s", replies[first].type);
	reply->body = secret_copy(body, strlen(body));
	first++;
	if (reply->status / 100 != 2 && request->again != NULL)
		canned.again = request->again(reply);
	http->skew = next_skew;
	return 0;
}

struct settings *
canned_settings(const char *key, ...)
{
	struct settings *settings = settings_new();
	va_list rest;

	va_start(rest, key);
	for (; key != NULL; key = va_arg(rest, const char *))
		settings_add(settings, key, va_arg(rest, const char *));
	va_end(rest);
	return settings;
}

static void
add_base64url(char *to, const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	unsigned bits = 0, have = 0;

	to += strlen(to);
	for (; *text != '\0'; text++) {
		bits = bits << 8 | (unsigned char)*text;
		for (have += 8; have >= 6; have -= 6)
			*to++ = letters[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*to++ = letters[bits << (6 - have) & 63];
	*to = '\0';
}

struct credential *
canned_id_token(const char *claims)
{
	struct credential *credential = credential_new(KIND_ID_TOKEN);
	char token[4096] = "";

	add_base64url(token, "{\"alg\":\"RS256\"}");
	strcat(token, ".");
	add_base64url(token, claims);
	strcat(token, ".c2ln");
	credential->secret = secret_copy(token, strlen(token));
	credential->expires = clock_unix() + 3600;
	return credential;
}

struct credential *
canned_aws(void)
{
	static const char key[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
	static const char token[] = "FwoGZXIvYXdzEXAMPLE/TOKEN+abc==";
	struct credential *credential = credential_new(KIND_AWS);

	credential->name = strdup("AKIDEXAMPLE");
	credential->secret = secret_copy(key, strlen(key));
	credential->session = secret_copy(token, strlen(token));
	return credential;
}

int
canned_run(const struct exchange *exchange, struct settings *settings,
    struct credential *input, struct credential **output, struct error *err)
{
	scoped(settings) struct settings *ours = settings;
	scoped(credential) struct credential *from = input;
	struct http http = {.deadline = clock_ms() + 10000};
	const struct exchange_mint mint = {
	    .settings = settings, .input = input, .http = &http};

	canned.count = 0;
	if (exchange->resolve != NULL &&
	    exchange->resolve(settings, NULL, err) == -1)
		return -1;
	(void)ours;
	(void)from;
	return exchange_run(exchange, &mint, output, err);
}
