/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "http_peer.h"
#include "tap.h"

static struct http_peer peer;
static struct call call;

static void
prepare(const char *path)
{
	call_finish(&call);
	call_prepare(&call, "http", peer.plain, path);
}

static void
gives(const char *path, int status, const char *body)
{
	prepare(path);
	tap_number(call_send(&call), 0, "%s %s", path, call.err.text);
	tap_number(call.reply.status, status, "its status");
	tap_is(call_body(&call), body, "its body");
}

/* The text without the port, which differs from run to run. */
static const char *
without_port(const char *text)
{
	static char copy[ERROR_TEXT_MAX];
	char *colon;

	snprintf(copy, sizeof(copy), "%s", text);
	if ((colon = strstr(copy, "127.0.0.1:")) != NULL) {
		colon += strlen("127.0.0.1");
		memmove(colon, colon + 1 + strspn(colon + 1, "0123456789"),
		    strlen(colon + 1 + strspn(colon + 1, "0123456789")) + 1);
	}
	return copy;
}

static void
fails(enum fault fault, const char *text)
{
	tap_number(call_send(&call), -1, "fails");
	tap_is(without_port(call.err.text), text, "says why");
	tap_number(call.err.fault, fault, "the fault");
	tap_ok(call.reply.body == NULL, "there is no reply");
}

static void
asks(void)
{
	gives("/ok", 200, "fine");
	tap_is(call.reply.type, "text/plain", "its type");
	tap_number(call.reply.retry_after, -1, "no Retry-After");
	tap_number(call.http.skew, 0, "no skew");
	gives("/nothing", 404, "{\"error\":\"not_found\"}");
	gives("/refused", 400, "{\"error\":\"invalid_grant\"}");
	tap_number(http_peer_count(&peer, "/refused"), 1, "asked once");
	gives("/untyped", 200, "fine");
	tap_is(call.reply.type, "", "no type");
	gives("/interim", 200, "fine");
	tap_is(call.reply.type, "", "an interim reply's type does not count");
	prepare("/largest");
	tap_number(call_send(&call), 0, "a whole MiB");
	tap_number((int64_t)secret_length(call.reply.body), HTTP_REPLY_MAX,
	    "all of it");
}

static void
is_marked(const char *path, const char *mark, bool expected)
{
	prepare(path);
	call.request.mark_name = "Flavor";
	call.request.mark = mark;
	tap_number(call_send(&call), 0, "%s %s", path, call.err.text);
	tap_ok(call.reply.marked == expected, "%smarked with %s",
	    expected ? "" : "not ", mark == NULL ? "nothing" : mark);
}

static void
knows_a_mark(void)
{
	is_marked("/marked?as=Google", "Google", true);
	is_marked("/marked?as=+Google+", "Google", true);
	is_marked("/marked?as=Googles", "Google", false);
	is_marked("/marked?as=google", "Google", false);
	is_marked("/marked?as=Google", "Early", false);
	is_marked("/marked?as=Google", NULL, false);
	is_marked("/ok", "Google", false);
}

static const char *
echoed(const struct json *json, const char *path)
{
	const char *string = "";

	if (json != NULL)
		json_string(json, path, &string);
	return string;
}

static void
sends_what_is_asked(void)
{
	static const char *const headers[] = {
	    "Accept: application/json", "X-One: 1", NULL};
	scoped(secret) struct secret *token = secret_copy("Bearer abc", 10);
	scoped(secret) struct secret *session = secret_copy("s3ss", 4);
	scoped(secret) struct secret *body = secret_copy("a=b\0c", 5);
	scoped(json) struct json *json = NULL;

	prepare("/echo?q=1");
	call.request.method = "POST";
	call.request.headers = headers;
	call.request.authorization = token;
	call.request.secret_header_name = "X-Amz-Security-Token";
	call.request.secret_header = session;
	call.request.content_type = "application/x-thing";
	call.request.body = body;
	tap_number(call_send(&call), 0, "POST %s", call.err.text);
	tap_is(call.reply.type, "application/json", "the type is normalized");
	json = json_parse(
	    call_body(&call), secret_length(call.reply.body), &call.err);
	tap_is(echoed(json, "method"), "POST", "method");
	tap_is(echoed(json, "path"), "/echo?q=1", "path and query");
	tap_is(echoed(json, "headers/accept"), "application/json", "header");
	tap_is(echoed(json, "headers/x-one"), "1", "another");
	tap_is(echoed(json, "headers/authorization"), "Bearer abc", "token");
	tap_is(echoed(json, "headers/x-amz-security-token"), "s3ss", "secret");
	tap_is(echoed(json, "headers/content-type"), "application/x-thing",
	    "content type");
	tap_is(echoed(json, "headers/content-length"), "5", "length");
	tap_is(echoed(json, "headers/expect"), "", "no Expect");
	tap_is(echoed(json, "headers/accept-encoding"), "", "no compression");
	tap_ok(strstr(call_body(&call), "a=b\\u0000c") != NULL, "the body");
}

static void
sends_no_body(const char *method)
{
	scoped(json) struct json *json = NULL;

	prepare("/echo");
	call.request.method = method;
	tap_number(call_send(&call), 0, "%s %s", method, call.err.text);
	json = json_parse(
	    call_body(&call), secret_length(call.reply.body), &call.err);
	tap_is(echoed(json, "method"), method, "method");
	tap_is(echoed(json, "headers/content-type"), "", "no content type");
	tap_is(echoed(json, "body"), "", "no body");
}

static void
refuses_line_breaks(void)
{
	static const char *const headers[] = {"X: a\r\nY: b", NULL};
	scoped(secret) struct secret *token = secret_copy("a\nX: b", 6);

	prepare("/ok");
	call.request.headers = headers;
	fails(FAULT_CONFIG,
	    "the header X for 127.0.0.1 would hold a line break or another "
	    "control byte");
	prepare("/ok");
	call.request.authorization = token;
	fails(FAULT_CONFIG,
	    "the header Authorization for 127.0.0.1 would hold a line break "
	    "or another control byte");
	prepare("/ok");
	call.request.content_type = "a\nb";
	fails(FAULT_CONFIG,
	    "the header Content-Type for 127.0.0.1 would hold a line break "
	    "or another control byte");
}

static bool
is_refused(const struct http_reply *reply)
{
	return reply->status == 400;
}

static void
tries_again(void)
{
	gives("/flaky", 200, "fine");
	tap_number(http_peer_count(&peer, "/flaky"), 3, "the third time");
	gives("/broken", 503, "down");
	tap_number(http_peer_count(&peer, "/broken"), 4, "four tries");
	prepare("/broken");
	call.request.no_retry = true;
	call_send(&call);
	tap_number(http_peer_count(&peer, "/broken"), 5, "or one");
	gives("/truncated", 200, "fine");
	prepare("/refused");
	call.request.again = is_refused;
	call_send(&call);
	tap_number(call.reply.status, 400, "the caller may want another try");
	tap_number(http_peer_count(&peer, "/refused"), 5, "and gets it");
}

static void
respects_retry_after(void)
{
	int64_t before = clock_ms();

	gives("/busy", 200, "fine");
	tap_ok(clock_ms() - before >= 1000, "it waited a second");
	before = clock_ms();
	gives("/patience", 429, "busy");
	tap_ok(clock_ms() - before < 1000, "it does not wait an hour");
	tap_ok(call.reply.retry_after > 3500, "but says so");
	tap_number(http_peer_count(&peer, "/patience"), 1, "asked once");
}

static void
meets_strange_servers(void)
{
	prepare("/redirect?token=hidden");
	fails(FAULT_REFUSED,
	    "127.0.0.1 redirects to https://elsewhere.example/...: "
	    "redirects are not followed");
	prepare("/oversize");
	fails(FAULT_REFUSED, "127.0.0.1 sent more than 1024 KiB");
	prepare("/announced");
	fails(FAULT_REFUSED, "127.0.0.1 sent more than 1024 KiB");
	prepare("/headers");
	fails(FAULT_REFUSED, "127.0.0.1 sends headers without end");
	prepare("/closed");
	fails(FAULT_NETWORK,
	    "127.0.0.1 closed the connection before its answer was whole");
	tap_number(http_peer_count(&peer, "/closed"), 4, "asked again");
	prepare("/garbage");
	call.request.no_retry = true;
	fails(FAULT_NETWORK, "127.0.0.1 does not answer in HTTP");
}

static char steps[256];

static void
note(const char *at)
{
	strncat(steps, without_port(at), sizeof(steps) - strlen(steps) - 2);
	strcat(steps, ";");
}

static void
keeps_the_deadline(void)
{
	int64_t before = clock_ms();

	prepare("/slow");
	call.http.deadline = before + 300;
	call.http.progress = note;
	fails(FAULT_NETWORK, "timed out waiting for 127.0.0.1");
	tap_ok(clock_ms() - before < 1500, "in time");
	tap_is(steps, "connecting to 127.0.0.1;waiting for 127.0.0.1;",
	    "says what it does");
	prepare("/ok");
	call.http.deadline = clock_ms() - 1;
	fails(FAULT_NETWORK, "no time is left to ask 127.0.0.1");
	before = clock_ms();
	prepare("/broken");
	call.http.deadline = before + 100;
	tap_number(call_send(&call), 0, "a reply that came in time");
	tap_number(call.reply.status, 503, "is better than none");
}

static void
sees_skew(void)
{
	prepare("/skew?by=20");
	call_send(&call);
	tap_number(call.http.skew, 0, "20 seconds are none");
	prepare("/skew?by=-7200");
	call_send(&call);
	tap_ok(call.http.skew <= -7199 && call.http.skew >= -7202,
	    "two hours behind");
}

static void
spares_stale_tokens(void)
{
	prepare("/ok");
	call.http.input_expires = clock_unix() - 3600;
	tap_number(call_send(&call), 0,
	    "one that is over by our clock is tried once");
	prepare("/ok");
	call.http.input_expires = clock_unix() + 60;
	tap_number(call_send(&call), 0, "a fresh one is sent");
	tap_ok(!call.http.stale, "is not stale");
	prepare("/late");
	call.http.input_expires = clock_unix() + 60;
	fails(FAULT_NETWORK,
	    "the token for 127.0.0.1 expires before it could be used");
	tap_ok(call.http.stale, "stale by the other's clock");
	tap_number(http_peer_count(&peer, "/late"), 1, "no second try");
}

/* Port 1 of loopback: nobody listens there. */
static void
cannot_connect(void)
{
	prepare("/");
	call.request.url = "http://127.0.0.1:1/";
	call.request.no_retry = true;
	fails(FAULT_NETWORK,
	    "could not connect to 127.0.0.1: Connection refused");
	call.request.url = "http://example.com/?token=hidden";
	fails(FAULT_CONFIG,
	    "http to example.com is not allowed: only https, or http to a "
	    "loopback address");
}

/* Where a name server does not answer, time runs out instead. */
static void
cannot_resolve(void)
{
	prepare("/");
	call.request.url = "https://no-such-host.invalid/?token=hidden";
	call.request.no_retry = true;
	call.http.deadline = clock_ms() + 2000;
	tap_number(call_send(&call), -1, "a host that does not exist");
	tap_is(strstr(call.err.text, "no-such-host"), "no-such-host.invalid",
	    "%s", call.err.text);
}

static void
uses_proxies(void)
{
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	gives("/ok", 200, "fine");
	prepare("/");
	call.request.url = "https://sts.example.com/";
	call.request.no_retry = true;
	fails(FAULT_NETWORK,
	    "could not connect to the proxy for sts.example.com: "
	    "Connection refused");
	unsetenv("http_proxy");
	unsetenv("https_proxy");
}

static void
uses_a_unix_socket(void)
{
	prepare("/ok");
	call.request.url = "http://metadata.example/ok";
	call.request.socket = peer.socket;
	tap_number(call_send(&call), 0, "a unix socket %s", call.err.text);
	tap_is(call_body(&call), "fine", "its answer");
}

int
main(void)
{
	struct error err = {0};

	if (!http_peer_start(&peer)) {
		printf("1..0 # SKIP no python3, or no openssl\n");
		return 0;
	}
	tap_number(http_global(NULL, &err), 0, "starts %s", err.text);
	asks();
	knows_a_mark();
	sends_what_is_asked();
	sends_no_body("GET");
	sends_no_body("POST");
	sends_no_body("DELETE");
	refuses_line_breaks();
	tries_again();
	respects_retry_after();
	meets_strange_servers();
	keeps_the_deadline();
	sees_skew();
	spares_stale_tokens();
	cannot_connect();
	cannot_resolve();
	uses_proxies();
	uses_a_unix_socket();
	call_finish(&call);
	http_peer_stop(&peer);
	return tap_done();
}
