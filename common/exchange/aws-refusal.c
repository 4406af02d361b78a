/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/xml.h"
#include "exchange/aws.h"
#include "exchange/cause.h"
#include "exchange/reply.h"

/* What the body of an error reply says; "" where it does not. */
struct refusal {
	char code[128];
	char message[512];
};

static void
show(char *to, size_t size, const struct secret *text)
{
	if (text != NULL)
		text_printable(
		    to, size, secret_bytes(text), secret_length(text));
}

/* STS: ErrorResponse/Error, or Error alone (Ceph). */
static void
read_xml(struct refusal *refusal, const struct secret *body)
{
	scoped(secret) struct secret *code = NULL;
	scoped(secret) struct secret *message = NULL;
	const struct xml_pick picks[] = {
	    {"Error/Code", &code}, {"Error/Message", &message}};

	if (xml_read(body, picks, 2, NULL) == -1)
		return;
	show(refusal->code, sizeof(refusal->code), code);
	show(refusal->message, sizeof(refusal->message), message);
}

/* ECR: {"__type": "prefix#Code", "message"}, where the prefix may be missing
 * and the message may be spelt with a capital. */
static void
read_json(struct refusal *refusal, const struct secret *body)
{
	scoped(json) struct json *json =
	    json_parse(secret_bytes(body), secret_length(body), NULL);
	const char *type, *hash, *message;

	if (json == NULL)
		return;
	if (json_string(json, "__type", &type)) {
		hash = strrchr(type, '#');
		type = hash == NULL ? type : hash + 1;
		text_printable(refusal->code, sizeof(refusal->code), type,
		    strcspn(type, ":"));
	}
	if (json_string(json, "message", &message) ||
	    json_string(json, "Message", &message))
		text_printable(refusal->message, sizeof(refusal->message),
		    message, strlen(message));
}

static void
read_refusal(struct refusal *refusal, const struct http_reply *reply)
{
	memset(refusal, 0, sizeof(*refusal));
	if (reply->body == NULL || secret_length(reply->body) == 0)
		return;
	if (*secret_bytes(reply->body) == '{')
		read_json(refusal, reply->body);
	else
		read_xml(refusal, reply->body);
}

/* As botocore's retry rules have it, and Go's SDK for the keys of an issuer
 * that STS did not get. */
static bool
passes_by(const struct refusal *refusal)
{
	static const char *const codes[] = {"IDPCommunicationError",
	    "RequestLimitExceeded", "TooManyRequestsException", "SlowDown",
	    "PriorRequestNotComplete", "BandwidthLimitExceeded",
	    "RequestTimeout", "RequestTimeoutException",
	    "EC2ThrottledException", "TransactionInProgressException"};
	const char *code = refusal->code;

	if (text_starts(code, "Throttl") ||
	    text_starts(code, "RequestThrottled"))
		return true;
	if (strcmp(code, "InvalidIdentityToken") == 0 &&
	    strstr(refusal->message, "retrieve verification key") != NULL)
		return true;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

bool
aws_again(const struct http_reply *reply)
{
	struct refusal refusal;

	read_refusal(&refusal, reply);
	return passes_by(&refusal);
}

/* This message says no more than its code does. */
static bool
says_nothing(const char *message)
{
	return *message == '\0' ||
	       strcmp(message,
		   "Not authorized to perform sts:AssumeRoleWithWebIdentity") ==
		   0;
}

static void
compose(struct buffer *text, const struct exchange_mint *mint,
    const struct refusal *refusal, const char *cause)
{
	const char *message = refusal->message;

	if (cause == NULL) {
		buffer_printf(
		    text, "%s%s", *message == '\0' ? "" : ": ", message);
		return;
	}
	buffer_add_string(text, ": ");
	cause_explain(text, cause, mint);
	if (!says_nothing(message))
		buffer_printf(text, " (%s)", message);
}

int
aws_refused(const struct exchange_mint *mint, const struct http_reply *reply,
    const char *host, const struct aws_cause *causes, struct error *err)
{
	scoped(buffer) struct buffer text = BUFFER(4 * ERROR_TEXT_MAX);
	enum fault fault = FAULT_REFUSED;
	struct refusal refusal;

	read_refusal(&refusal, reply);
	if (reply->status == 429 || reply->status >= 500 || passes_by(&refusal))
		fault = FAULT_NETWORK;
	if (*refusal.code == '\0')
		return error_set(
		    err, fault, "HTTP %d from %s", reply->status, host);
	compose(&text, mint, &refusal,
	    aws_cause_of(causes, refusal.code, refusal.message));
	error_set(
	    err, fault, "%s from %s%s", refusal.code, host, buffer_text(&text));
	reply_conceal(err, mint->input);
	return -1;
}
