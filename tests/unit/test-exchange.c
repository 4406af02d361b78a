/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "canned.h"
#include "exchange/cause.h"
#include "exchange/claims.h"
#include "exchange/reply.h"
#include "tap.h"

#define URL_ROOM 256

static void
test_table(void)
{
	const struct exchange *octo = exchange_named("octo-sts");
	size_t count = 0;

	tap_ok(octo != NULL && octo->revoke != NULL, "octo-sts is there");
	tap_ok(exchange_named("octo") == NULL, "a part of a name is none");
	for (; exchanges[count] != NULL; count++) {
		const struct exchange *exchange = exchanges[count];
		bool takes_id = (exchange->takes & KIND_ID_TOKEN) != 0;

		tap_ok(kind_name(exchange_yields(exchange, NULL)) != NULL,
		    "%s yields one kind", exchange->name);
		tap_ok(takes_id == (exchange->audience != NULL),
		    "%s has an audience if it takes an id token",
		    exchange->name);
		tap_ok(exchange->run != NULL && exchange->endpoint != NULL,
		    "%s has what each has", exchange->name);
	}
	tap_ok(count >= 11, "the table is whole");
}

static void
base_is(const char *endpoint, const char *expected)
{
	scoped(settings) struct settings *settings = settings_new();
	scoped(buffer) struct buffer url = BUFFER(URL_ROOM);
	struct error err = {0};
	int result;

	if (endpoint != NULL)
		settings_add(settings, "endpoint", endpoint);
	result = exchange_base(settings, "sts.example.com", &url, &err);
	if (expected != NULL) {
		tap_is(buffer_text(&url), expected, "base of %s",
		    endpoint == NULL ? "nothing" : endpoint);
		return;
	}
	tap_ok(result == -1 && err.fault == FAULT_CONFIG, "no base: %s (%s)",
	    endpoint, err.text);
}

static void
test_base(void)
{
	base_is(NULL, "https://sts.example.com");
	base_is("https://cloud.example.com", "https://cloud.example.com");
	base_is("https://cloud.example.com/a//", "https://cloud.example.com/a");
	base_is("http://127.0.0.1:8443/", "http://127.0.0.1:8443");
	base_is("http://cloud.example.com", NULL);
	base_is("https://cloud.example.com/?a=b", NULL);
	base_is("https://me@cloud.example.com", NULL);
	base_is("file:///etc/passwd", NULL);
}

static void
test_ttl_and_bearer(void)
{
	scoped(settings) struct settings *settings = settings_new();
	scoped(secret) struct secret *token = secret_copy("abc", 3);
	scoped(secret) struct secret *bearer = exchange_bearer(token);
	scoped(secret) struct secret *basic = exchange_basic("acme+web", token);
	scoped(secret) struct secret *body = secret_new(12);

	tap_number(exchange_ttl(settings, 3600), 3600, "the usual ttl");
	settings_set(settings, "ttl", "15m");
	tap_number(exchange_ttl(settings, 3600), 900, "ttl 15m");
	settings_set(settings, "ttl", "soon");
	tap_number(exchange_ttl(settings, 3600), -1, "ttl that is none");
	tap_is(secret_bytes(bearer), "Bearer abc", "bearer");
	tap_is(secret_bytes(basic), "Basic YWNtZSt3ZWI6YWJj", "basic");
	tap_number(exchange_quote(body, token), 0, "quoted");
	tap_is(secret_bytes(body), "\"abc\"", "as JSON");
	while (exchange_quote(body, token) == 0)
		;
	tap_ok(secret_length(body) % 5 == 0, "whole or not at all");
}

static void
accepts(int status, const char *type, const char *wanted, bool expected)
{
	struct http_reply reply = {.status = status};
	struct error err = {0};
	bool accepted;

	strcpy(reply.type, type);
	reply.body = secret_copy("x", 1);
	accepted = exchange_accept(&reply, wanted, "h", &err) == 0;
	secret_free(reply.body);
	tap_ok(accepted == expected && (accepted || err.fault == FAULT_REFUSED),
	    "%d %s for %s: %s", status, type, wanted,
	    accepted ? "accepted" : err.text);
}

static void
test_accept(void)
{
	accepts(200, "application/json", "application/json", true);
	accepts(201, "application/problem+json", "application/json", true);
	accepts(200, "application/x-amz-json-1.1", "application/json", true);
	accepts(200, "text/xml", "text/xml", true);
	accepts(200, "application/xml", "text/xml", true);
	accepts(200, "text/html", "application/json", false);
	accepts(200, "text/html", "text/xml", false);
	accepts(200, "text/xml", "application/json", false);
	accepts(200, "", "application/json", false);
	accepts(404, "application/json", "application/json", false);
	accepts(302, "application/json", "application/json", false);
}

static void
refused_is(int status, const char *body, enum fault fault, const char *text)
{
	struct http_reply reply = {.status = status};
	struct error err = {0};

	reply.body = secret_copy(body, strlen(body));
	tap_number(exchange_refused(&reply, "h", &err), -1, "%s: -1", text);
	secret_free(reply.body);
	tap_is(err.text, text, "the text of %d", status);
	tap_is(fault_name(err.fault), fault_name(fault), "%s: fault", text);
}

static void
test_refused(void)
{
	refused_is(400,
	    "{\"error\":\"invalid_grant\",\"error_description\":\"bad aud\"}",
	    FAULT_REFUSED, "invalid_grant from h: bad aud");
	refused_is(401, "{\"error\":\"invalid_client\"}", FAULT_REFUSED,
	    "invalid_client from h");
	refused_is(403,
	    "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\","
	    "\"message\":\"no\"}}",
	    FAULT_REFUSED, "PERMISSION_DENIED from h: no");
	refused_is(404, "{\"code\":5,\"message\":\"unable\",\"details\":[]}",
	    FAULT_REFUSED, "NOT_FOUND from h: unable");
	refused_is(400, "{\"code\":99,\"message\":\"odd\"}", FAULT_REFUSED,
	    "HTTP 400 from h: odd");
	refused_is(422, "{\"message\":\"Bad credentials\"}", FAULT_REFUSED,
	    "HTTP 422 from h: Bad credentials");
	refused_is(429, "{\"code\":8,\"message\":\"slow\"}", FAULT_NETWORK,
	    "RESOURCE_EXHAUSTED from h: slow");
	refused_is(503, "<html>", FAULT_NETWORK, "HTTP 503 from h");
	refused_is(400, "", FAULT_REFUSED, "HTTP 400 from h");
	refused_is(403,
	    "{\"errors\":[\"1 error occurred:\\n\\t* permission "
	    "denied\\n\\n\"]}",
	    FAULT_REFUSED, "HTTP 403 from h: permission denied");
	refused_is(403,
	    "{\"errors\":[\"2 errors occurred:\\n\\t* a\\n\\t* b\\n\\n\"]}",
	    FAULT_REFUSED, "HTTP 403 from h: a * b");
	refused_is(404, "{\"errors\":[]}", FAULT_REFUSED, "HTTP 404 from h");
	refused_is(
	    503, "{\"errors\":[\" \\t\"]}", FAULT_NETWORK, "HTTP 503 from h");
	refused_is(401, "{\"errors\":[{\"code\":\"X\",\"message\":\"no\"}]}",
	    FAULT_REFUSED, "HTTP 401 X from h: no");
	refused_is(403, "{\"errors\":[{\"code\":\"DENIED\"}]}", FAULT_REFUSED,
	    "HTTP 403 DENIED from h");
	refused_is(401, "{\"errors\":[{\"code\":401,\"message\":\"no\"}]}",
	    FAULT_REFUSED, "HTTP 401 from h: no");
	refused_is(400, "{\"error\":7,\"message\":[1]}", FAULT_REFUSED,
	    "HTTP 400 from h");
	refused_is(400, "{\"error\":\"temporarily_unavailable\"}",
	    FAULT_NETWORK, "temporarily_unavailable from h");
	refused_is(401,
	    "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS1: a "
	    "b.\\r\\nTrace ID: 1\\r\\nCorrelation ID: 2\"}",
	    FAULT_REFUSED, "invalid_client from h: AADSTS1: a b.");
	refused_is(401,
	    "{\"error\":\"x\",\"error_description\":\"Trace ID: 1\"}",
	    FAULT_REFUSED, "x from h");
	refused_is(400,
	    "{\"error\":\"a\\u001b[31m\",\"error_description\":\"b\\nc\"}",
	    FAULT_REFUSED, "a?[31m from h: b?c");
}

static void
test_tokens(void)
{
	static char longest[REPLY_TOKEN_MAX + 1];

	memset(longest, 'x', sizeof(longest));
	tap_ok(reply_is_token("ghs_1.2-3~", 10), "a token");
	tap_ok(!reply_is_token("", 0), "nothing is no token");
	tap_ok(!reply_is_token("a b", 3), "nor is one with a space");
	tap_ok(!reply_is_token("a\r\nb", 4), "nor with a line end");
	tap_ok(!reply_is_token("a\x7f", 2), "nor with DEL");
	tap_ok(!reply_is_token("\xc3\xa9", 2), "nor beyond ASCII");
	tap_ok(reply_is_token(longest, REPLY_TOKEN_MAX), "the longest");
	tap_ok(!reply_is_token(longest, REPLY_TOKEN_MAX + 1), "one more");
}

static void
test_claims(void)
{
	static const char claims[] =
	    "{\"iss\":\"https://i\",\"sub\":\"s\",\"aud\":[\"a\",\"b\"]}";
	scoped(credential) struct credential *token = canned_id_token(claims);
	scoped(credential) struct credential *made =
	    credential_new(KIND_BEARER);
	struct error err = {0};
	struct jwt read;

	claims_read(token, &read);
	tap_is(read.issuer, "https://i", "issuer out of the token");
	tap_is(read.audience, "a b", "audience out of the token");
	token->subject = strdup("told");
	claims_read(token, &read);
	tap_is(read.subject, "told", "what came with it goes first");
	claims_carry(made, token);
	tap_is(made->subject, "told", "handed on: subject");
	tap_is(made->issuer, "https://i", "handed on: issuer");
	tap_ok(made->label == NULL, "no label where no claim is one");
	error_set(&err, FAULT_REFUSED, "no");
	claims_blame(&err, token);
	tap_is(err.text, "no; it was shown iss=https://i sub=told aud=a b",
	    "blame");
	error_set(&err, FAULT_NETWORK, "later");
	claims_blame(&err, token);
	tap_is(err.text, "later", "nobody is to blame for the network");
}

static void
label_is(const char *claims, const char *expected)
{
	scoped(credential) struct credential *token = canned_id_token(claims);
	scoped(credential) struct credential *made =
	    credential_new(KIND_BEARER);
	scoped(credential) struct credential *next = credential_new(KIND_AWS);

	made->secret = secret_copy("x", 1);
	claims_carry(made, token);
	claims_carry(next, made);
	tap_is(next->label, expected, "label of %s, two steps on", claims);
}

static void
test_labels(void)
{
	label_is("{\"environment_id\":\"7f3\",\"run_id\":1}", "7f3");
	label_is("{\"run_id\":4711}", "4711");
	label_is("{\"environment_id\":\"\",\"job_id\":\"9\"}", "9");
	label_is("{\"sub\":\"x\"}", NULL);
	label_is("{\"run_id\":\"a\\u0007b\"}", "a?b");
}

static void
conceals(const char *text, const char *expected)
{
	scoped(credential) struct credential *aws = canned_aws();
	struct error err = {0};

	error_set(&err, FAULT_REFUSED, "%s", text);
	reply_conceal(&err, aws);
	tap_is(err.text, expected, "concealed in: %s", text);
}

static void
test_conceal(void)
{
	conceals("'FwoGZXIvYXdzEXAMPLE/TOKEN+abc==' is bad", "'***' is bad");
	conceals(
	    "FwoGZXIvYXdzEXAM... and FwoGZXIvYXdzEXAMPLE/TO", "***... and ***");
	conceals("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "***");
	conceals("FwoGZXI", "FwoGZXI");
	conceals("", "");
}

/* What is said behind this error with these causes. */
static void
cause_is(enum fault fault, const char *text, const char *expected)
{
	static const struct cause causes[] = {
	    {"no role", "make {role} at {mount} for {sub}{nothing}"},
	    {"HTTP 4", "so {iss} {aud}"}, {NULL, NULL}};
	scoped(credential) struct credential *token = canned_id_token(
	    "{\"iss\":\"https://i\",\"sub\":\"s\",\"aud\":\"a\"}");
	scoped(settings) struct settings *settings =
	    canned_settings("role", "web", "mount", "jwt", NULL);
	const struct exchange_mint mint = {
	    .settings = settings, .input = token};
	struct error err = {0};

	error_set(&err, fault, "%s", text);
	tap_number(cause_add(&err, &mint, causes), -1, "%s: -1", text);
	tap_is(err.text, expected, "the cause of %s", text);
	tap_number(err.fault, fault, "%s: the fault stays", text);
}

/* In front of it, where what the service said is long. */
static void
leads_is(enum fault fault, const char *text, const char *expected)
{
	static const struct cause causes[] = {
	    {"invalid_grant from", "{sub} may not in {role}"}, {NULL, NULL}};
	scoped(credential) struct credential *token =
	    canned_id_token("{\"sub\":\"s\"}");
	scoped(settings) struct settings *settings =
	    canned_settings("role", "web", NULL);
	const struct exchange_mint mint = {
	    .settings = settings, .input = token};
	struct error err = {0};

	error_set(&err, fault, "%s", text);
	tap_number(cause_lead(&err, &mint, causes), -1, "%s: -1", text);
	tap_is(err.text, expected, "led by the cause of %s", text);
}

static void
test_leads(void)
{
	leads_is(FAULT_REFUSED,
	    "invalid_grant from h:1: a: b; it was shown iss=i sub=s aud=a",
	    "invalid_grant from h:1: s may not in web (a: b)");
	leads_is(FAULT_REFUSED, "invalid_grant from h",
	    "invalid_grant from h: s may not in web");
	leads_is(FAULT_REFUSED, "x from h; it was shown iss=invalid_grant from",
	    "x from h; it was shown iss=invalid_grant from");
	leads_is(FAULT_NETWORK, "invalid_grant from h: later",
	    "invalid_grant from h: later");
}

static void
says_is(const char *body, bool expected)
{
	static const char *const words[] = {"later", "AADSTS1:", NULL};
	struct http_reply reply = {.status = 400};

	reply.body = secret_copy(body, strlen(body));
	tap_ok(
	    reply_says(&reply, words) == expected, "says it or not: %s", body);
	secret_free(reply.body);
}

static void
test_says(void)
{
	says_is("{\"error\":\"x\",\"error_description\":\"AADSTS1: n\"}", true);
	says_is("{\"error\":\"later\"}", true);
	says_is(
	    "{\"error\":\"x\",\"error_description\":\"AADSTS12: n\"}", false);
	says_is("{\"error\":\"much later\"}", false);
}

static void
test_causes(void)
{
	cause_is(FAULT_REFUSED, "HTTP 400: no role",
	    "HTTP 400: no role; make web at jwt for s");
	cause_is(FAULT_NETWORK, "HTTP 429", "HTTP 429; so https://i a");
	cause_is(FAULT_REFUSED, "other", "other");
	cause_is(FAULT_SYSTEM, "no role", "no role");
}

int
main(void)
{
	test_table();
	test_base();
	test_ttl_and_bearer();
	test_accept();
	test_refused();
	test_tokens();
	test_claims();
	test_labels();
	test_conceal();
	test_causes();
	test_leads();
	test_says();
	return tap_done();
}
