/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/http.h"
#include "base/text.h"
#include "tap.h"

static void
allowed(const char *url, const char *host)
{
	char text[300];
	struct error err = {0};

	tap_number(http_allowed(url, &err), 0, "%s %s", url, err.text);
	tap_is(http_host(url, text, sizeof(text)), host, "is %s", host);
}

static void
refused(const char *url)
{
	struct error err = {0};
	char shown[80];

	text_printable(shown, sizeof(shown), url, strlen(url));
	tap_number(http_allowed(url, &err), -1, "refused: %s", shown);
	tap_number(err.fault, FAULT_CONFIG, "%s", err.text);
	tap_ok(strstr(err.text, "hidden") == NULL, "tells no more");
}

static void
allows(void)
{
	allowed("https://sts.amazonaws.com", "sts.amazonaws.com");
	allowed("HTTPS://STS.Amazonaws.com/", "sts.amazonaws.com");
	allowed("https://a_b-c.example:443/x?y=http://z@b", "a_b-c.example");
	allowed("https://localhost:8443/", "localhost:8443");
	allowed("https://example?q", "example");
	allowed("https://[2001:db8::1]:8443/", "[2001:db8::1]:8443");
	allowed("https://10.0.0.1", "10.0.0.1");
	allowed("http://127.0.0.1:80/", "127.0.0.1");
	allowed("http://127.3.2.1:443/", "127.3.2.1:443");
	allowed("http://[::1]:1/", "[::1]:1");
	allowed("http://LocalHost/", "localhost");
}

static void
refuses(void)
{
	refused("");
	refused("sts.amazonaws.com");
	refused("ftp://127.0.0.1/");
	refused("file:///etc/passwd");
	refused("https:/example");
	refused("https://");
	refused("https:///path");
	refused("https://:443/");
	refused("https://example:/");
	refused("https://example:0/");
	refused("https://example:65536/");
	refused("https://example:443x/");
	refused("https://example:+443/");
	refused("https://user:hidden@example/");
	refused("https://user@example/");
	refused("https://example/#fragment");
	refused("https://example\\@evil/");
	refused("https://exa mple/");
	refused("https://example/\r\nx-evil: 1");
	refused("https://ex%61mple/");
	refused("https://[::1/");
	refused("https://[::1]x/");
	refused("https://[fe80::1%25eth0]/");
	refused("https://[127.0.0.1]/");
	refused("https://\xc3\xbc.example/");
}

static void
refuses_plain_http(void)
{
	refused("http://example.com/?token=hidden");
	refused("http://localhost.example.com/");
	refused("http://127.0.0.1.example.com/");
	refused("http://127.1/");
	refused("http://0x7f.0.0.1/");
	refused("http://2130706433/");
	refused("http://0.0.0.0/");
	refused("http://[::]/");
	refused("http://[::ffff:127.0.0.1]/");
	refused("http://169.254.169.254/");
}

static void
knows_loopback(void)
{
	tap_ok(http_loopback("127.0.0.1") && http_loopback("localhost:4222") &&
		   http_loopback("[::1]:4222"),
	    "loopback, as written");
	tap_ok(!http_loopback("127.acme.io") && !http_loopback("10.0.0.1") &&
		   !http_loopback("localhost.acme.io:1") &&
		   !http_loopback("a@127.0.0.1") && !http_loopback(""),
	    "and what only looks like it");
}

static void
forms(void)
{
	scoped(secret) struct secret *body = secret_new(256);
	scoped(secret) struct secret *small = secret_new(1);
	scoped(secret) struct secret *token = secret_copy("a+b/c=", 6);
	size_t room;

	tap_number(http_form(body, "Action", "A b"), 0, "a pair");
	tap_number(http_form_secret(body, "t&k", token), 0, "a secret one");
	tap_number(http_form(body, "u", "~-._\xc3\xbc"), 0, "and another");
	tap_is(secret_bytes(body),
	    "Action=A%20b&t%26k=a%2Bb%2Fc%3D&u=~-._%C3%BC", "encoded");
	while ((room = secret_room(small)) > 8)
		secret_add(small, "x", 1);
	tap_number(http_form(small, "key", "value"), -1, "no room");
	tap_number(
	    (int64_t)secret_room(small), (int64_t)room, "nothing is appended");
}

int
main(void)
{
	allows();
	refuses();
	refuses_plain_http();
	knows_loopback();
	forms();
	return tap_done();
}
