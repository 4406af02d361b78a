/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/evp.h>

#include "base/buffer.h"
#include "base/jwt.h"
#include "tap.h"

#define HEADER "{\"alg\":\"RS256\"}"

static void
add_segment(struct buffer *token, const char *text)
{
	unsigned char encoded[4096];
	int length = EVP_EncodeBlock(
	    encoded, (const unsigned char *)text, (int)strlen(text));

	for (int i = 0; i < length; i++) {
		char c = (char)encoded[i];

		if (c != '=')
			buffer_add(token,
			    c == '+'   ? "-"
			    : c == '/' ? "_"
				       : &c,
			    1);
	}
	buffer_add_string(token, ".");
}

static struct secret *
make(const char *header, const char *claims)
{
	scoped(buffer) struct buffer token = BUFFER(8192);

	add_segment(&token, header);
	add_segment(&token, claims);
	buffer_add_string(&token, "c2ln");
	return secret_copy(token.bytes, token.length);
}

static void
reads(void)
{
	scoped(secret) struct secret *token = make(HEADER,
	    "{\"iss\":\"https://app.example\",\"sub\":\"org:a\\nb\","
	    "\"aud\":[\"one\",\"two\"],\"exp\":1700000300.5,"
	    "\"iat\":1700000000,\"https://x/y\":\"slashes\"}");
	struct error err = {0};
	char text[16] = "";
	struct jwt jwt;

	tap_number(jwt_read(token, &jwt, &err), 0, "a token %s", err.text);
	tap_is(jwt.issuer, "https://app.example", "its issuer");
	tap_is(jwt.subject, "org:a?b", "its subject can be shown");
	tap_is(jwt.audience, "one two", "its audiences");
	tap_number(jwt.expires, 1700000300, "its expiry");
	tap_number(jwt.issued, 1700000000, "its start");
	tap_ok(jwt_has_audience(token, "two"), "has this audience");
	tap_ok(!jwt_has_audience(token, "one two"), "has not this one");
	tap_ok(!jwt_has_audience(token, "tw"), "nor this one");
	tap_ok(jwt_claim(token, "https://x/y", text, sizeof(text)), "a claim");
	tap_is(text, "slashes", "its value");
	tap_ok(jwt_claim(token, "iat", text, sizeof(text)), "a number");
	tap_is(text, "1700000000", "its value");
	tap_ok(!jwt_claim(token, "iss", text, sizeof(text)), "no room");
	tap_ok(!jwt_claim(token, "jti", text, sizeof(text)), "none");
}

static int64_t
expiry(const char *claims)
{
	scoped(secret) struct secret *token = make(HEADER, claims);
	struct jwt jwt = {.expires = -1};

	jwt_read(token, &jwt, NULL);
	return jwt.expires;
}

static void
times(void)
{
	tap_number(expiry("{}"), 0, "no expiry");
	tap_number(expiry("{\"exp\":1e300}"), 253402300799, "never");
	tap_number(expiry("{\"exp\":99999999999999999999}"), 253402300799,
	    "a big number");
	tap_ok(expiry("{\"exp\":-5}") == 1, "before 1970 has passed");
	tap_ok(expiry("{\"exp\":0}") == 1, "1970 as well");
}

static void
one_audience(void)
{
	scoped(secret) struct secret *token =
	    make(HEADER, "{\"aud\":\"sts.amazonaws.com\"}");
	struct jwt jwt;

	tap_number(jwt_read(token, &jwt, NULL), 0, "an audience alone");
	tap_is(jwt.audience, "sts.amazonaws.com", "is read");
	tap_is(jwt.issuer, "", "what is missing is empty");
	tap_ok(jwt_has_audience(token, "sts.amazonaws.com"), "is found");
}

static void
refused(const char *text, const char *why)
{
	scoped(secret) struct secret *token = secret_copy(text, strlen(text));
	struct error err = {0};
	struct jwt jwt;

	tap_number(jwt_read(token, &jwt, &err), -1, "refused: %s", why);
	tap_number(err.fault, FAULT_IDENTITY, "%s", err.text);
	tap_ok(!jwt_has_audience(token, ""), "has no audience");
}

static void
refuses(void)
{
	refused("", "nothing");
	refused("opaque", "one part");
	refused("e30.e30", "two parts");
	refused("e30.e30.c2ln.c2ln", "four parts");
	refused("e30.e30.", "no signature");
	refused(".e30.c2ln", "no header");
	refused("e30=.e30.c2ln", "padding");
	refused("e30.e30.c2ln\n", "a line break");
	refused("e30.e3 .c2ln", "a blank");
	refused("W10.e30.c2ln", "a header that is an array");
	refused("e30.W10.c2ln", "a payload that is an array");
	refused("e30.Zm9v.c2ln", "a payload that is no JSON");
	refused("e30.eyJhIjoxLCJhIjoyfQ.c2ln", "a claim twice");
}

static void
cuts_long_texts(void)
{
	scoped(buffer) struct buffer claims = BUFFER(4096);
	scoped(secret) struct secret *token = NULL;
	struct jwt jwt;

	buffer_add_string(&claims, "{\"sub\":\"");
	for (int i = 0; i < 300; i++)
		buffer_add_string(&claims, "s");
	buffer_add_string(&claims, "\"}");
	token = make(HEADER, buffer_text(&claims));
	tap_number(jwt_read(token, &jwt, NULL), 0, "a long subject");
	tap_number((int64_t)strlen(jwt.subject), 255, "is cut");
	tap_is(jwt.subject + 252, "...", "and says so");
}

int
main(void)
{
	reads();
	times();
	one_audience();
	refuses();
	cuts_long_texts();
	return tap_done();
}
