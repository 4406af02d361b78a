/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "exchange/reply.h"

/* What the body of an error reply says; "" where it does not. */
struct refusal {
	char code[128];
	char text[512];
	bool listed; /* the code goes with the status, and not in its place */
};

/* Vault writes one error as "1 error occurred:\n\t* permission denied\n\n". */
static void
pick_plain(char *to, size_t size, const char *from)
{
	char line[512];
	size_t length = 0;

	for (; *from != '\0' && length < sizeof(line) - 1; from++) {
		bool blank = strchr(" \t\r\n", *from) != NULL;

		if (!blank)
			line[length++] = *from;
		else if (length > 0 && line[length - 1] != ' ')
			line[length++] = ' ';
	}
	while (length > 0 && strchr(" .", line[length - 1]) != NULL)
		length--;
	line[length] = '\0';
	from = strstr(line, " occurred: * ");
	from = from == NULL || line[0] < '1' || line[0] > '9'
		   ? line
		   : from + strlen(" occurred: * ");
	text_printable(to, size, from, strlen(from));
}

static void
pick(char *to, size_t size, const struct json *json, const char *path)
{
	const char *string;

	if (json_string(json, path, &string))
		text_printable(to, size, string, strlen(string));
}

/* gRPC's codes, as grpc-gateway puts them into "code". */
static const char *
grpc_name(int64_t code)
{
	static const char *const names[] = {"OK", "CANCELLED", "UNKNOWN",
	    "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
	    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
	    "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
	    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};
	int64_t count = (int64_t)(sizeof(names) / sizeof(names[0]));

	return code >= 0 && code < count ? names[code] : "";
}

/* One of Vault's errors says all there is to say; JFrog's and those of
 * registries (UNAUTHORIZED, DENIED) are objects. */
static void
read_errors(struct refusal *refusal, const struct json *json)
{
	const char *string;
	size_t count;

	if (!json_count(json, "errors", &count) || count == 0)
		return;
	if (json_element(json, "errors", 0, &string) ||
	    json_string(json, "errors/0/message", &string))
		pick_plain(refusal->text, sizeof(refusal->text), string);
	pick(refusal->code, sizeof(refusal->code), json, "errors/0/code");
	refusal->listed = true;
}

/* The numbers by which Entra finds a request again tell nobody else anything
 * and would push what does out of the sentence. */
static void
drop_trace(char *text)
{
	char *trace = strstr(text, "Trace ID: ");

	while (trace != NULL && trace > text &&
	       (trace[-1] == ' ' || trace[-1] == '?'))
		trace--;
	if (trace != NULL)
		*trace = '\0';
}

/* RFC 6749 has a string in "error", Google an object, grpc-gateway and
 * GitHub none. */
static void
read_document(struct refusal *refusal, const struct json *json)
{
	char *text = refusal->text, *code = refusal->code;
	int64_t number;

	if (json_has(json, "error")) {
		pick(code, sizeof(refusal->code), json, "error/status");
		pick(text, sizeof(refusal->text), json, "error/message");
		return;
	}
	pick(code, sizeof(refusal->code), json, "error");
	if (*code != '\0') {
		pick(text, sizeof(refusal->text), json, "error_description");
		drop_trace(text);
		return;
	}
	if (json_integer(json, "code", &number))
		text_copy(code, sizeof(refusal->code), grpc_name(number));
	pick(text, sizeof(refusal->text), json, "message");
	if (*text == '\0')
		read_errors(refusal, json);
}

static void
read_refusal(struct refusal *refusal, const struct http_reply *reply)
{
	scoped(json) struct json *json = NULL;

	if (reply->body == NULL)
		return;
	json = json_parse(
	    secret_bytes(reply->body), secret_length(reply->body), NULL);
	if (json != NULL)
		read_document(refusal, json);
}

/* Some say "later" with a status that is final. */
static bool
is_later(const struct http_reply *reply, const struct refusal *refusal)
{
	return reply->status == 429 || reply->status >= 500 ||
	       strcmp(refusal->code, "temporarily_unavailable") == 0;
}

int
exchange_refused(
    const struct http_reply *reply, const char *host, struct error *err)
{
	struct refusal refusal = {"", "", false};
	enum fault fault;
	const char *colon;

	read_refusal(&refusal, reply);
	fault = is_later(reply, &refusal) ? FAULT_NETWORK : FAULT_REFUSED;
	colon = *refusal.text == '\0' ? "" : ": ";
	if (*refusal.code != '\0' && !refusal.listed)
		return error_set(err, fault, "%s from %s%s%s", refusal.code,
		    host, colon, refusal.text);
	return error_set(err, fault, "HTTP %d%s%s from %s%s%s", reply->status,
	    *refusal.code == '\0' ? "" : " ", refusal.code, host, colon,
	    refusal.text);
}

bool
reply_says(const struct http_reply *reply, const char *const *words)
{
	struct refusal refusal = {"", "", false};

	read_refusal(&refusal, reply);
	for (; *words != NULL; words++)
		if (strcmp(refusal.code, *words) == 0 ||
		    strstr(refusal.text, *words) != NULL)
			return true;
	return false;
}
