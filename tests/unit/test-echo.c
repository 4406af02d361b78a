/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/echo.h"
#include "tap.h"

#define SECRET "Bearer 0123456789abcdefghijklmnopqrstuvwxyz"
#define JWT                                                               \
	"eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJ4IiwiYXVkIjoieSJ9" \
	".c2ln-_A"
#define OPAQUE "ya29.a0AfB_byC7x2Zk3nQ9mL4pR8sT1uV6wX5yZ0aBcDeF"

static void
conceals(const char *text, const char *expected)
{
	scoped(secret) struct secret *secret =
	    secret_copy(SECRET, strlen(SECRET));
	char room[256];

	snprintf(room, sizeof(room), "%s", text);
	echo_conceal(room, secret);
	tap_is(room, expected, "concealed in: %s", text);
}

static void
test_conceal(void)
{
	scoped(secret) struct secret *shorter = secret_copy("0123456789", 10);
	char text[] = "0123456789 0123456789";

	conceals(SECRET, "***");
	conceals("bad: " SECRET "!", "bad: ***!");
	conceals("no '0123456789abcdef' here", "no '***' here");
	conceals("0123456789abcde", "0123456789abcde");
	conceals("klmnopqrstuvwxyz, 456789abcdefghijk", "***, ***");
	conceals("0123456789abcdef0123456789abcdef", "******");
	conceals("Bearer 01234567890123456789", "***0123456789");
	conceals("", "");
	echo_conceal(text, shorter);
	echo_conceal(text, NULL);
	tap_is(text, "0123456789 0123456789", "short ones, and none");
}

static void
masks(const char *text, const char *expected)
{
	char room[512];

	snprintf(room, sizeof(room), "%s", text);
	echo_mask(room);
	tap_is(room, expected, "masked in: %s", text);
}

static void
test_mask(void)
{
	masks("got " JWT, "got ***");
	masks("'" JWT "'.", "'***'.");
	masks("token=" JWT "&x=1", "token=***&x=1");
	masks("https://h/cb?id_token=" JWT " failed",
	    "https://h/cb?id_token=*** failed");
	masks("https://h/" JWT "/x", "https://h/***");
	masks("https://bot:ghp_0123456789abcdefghijABCDEFGHIJ012345@h/x",
	    "https://bot:***@h/x");
	masks("/run/" JWT, "/run/***");
	masks(OPAQUE ": expired", "***: expired");
	masks("Bearer " OPAQUE "==", "Bearer ***");
	masks("--token=" OPAQUE, "--token=***");
	masks("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "***");
	masks("0123456789abcdef0123456789abcdef", "***");
	masks(OPAQUE " and " OPAQUE, "*** and ***");
}

static void
stays(const char *text)
{
	masks(text, text);
}

static void
test_names(void)
{
	stays("");
	stays("no login: run `ona login`, then try again");
	stays("cannot read /var/run/secrets/eks.amazonaws.com/sa/Token-1");
	stays("~/.config/Vendor1/credentials/of-this-workspace.json");
	stays("./Build1/very-long-directory/another/file1.json: no");
	stays("lib/python3.11/site-packages/google/auth/compute.py");
	stays("https://127.0.0.1:8443/Oauth2/v1/token/of/this/workspace/1");
	stays("lookup 123456789012.dkr.ecr.eu-west-1.amazonaws.com: no host");
	stays("google.auth.exceptions.DefaultCredentialsError: none");
	stays("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES is not set");
	stays("unknown --credential-file-Override2-of-the-workspace");
	stays("a-name-of-many-words-that-is-a-long-one");
	stays("0123456789abcdef0123456789abcde");
	stays("\xe2\x80\xa6 \xc3\xa9t\xc3\xa9");
}

int
main(void)
{
	test_conceal();
	test_mask();
	test_names();
	return tap_done();
}
