/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "helpers/gitrequest.h"
#include "tap.h"

static struct gitrequest request;
static struct error error;
static char room[2 * GITREQUEST_LINE_MAX];

static int
read_bytes(const char *bytes, size_t length)
{
	memcpy(room, bytes, length);
	return gitrequest_read(&request, room, length, &error);
}

static int
read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void
test_good(void)
{
	tap_ok(read_text("capability[]=authtype\ncapability[]=state\n"
			 "protocol=https\nhost=example.com:8443\n"
			 "path=acme/repo.git\nusername=bob\npassword=a=b\n"
			 "credential=c\nwwwauth[]=Basic realm=\"x\"\n"
			 "wwwauth[]=bearer\nnew=thing\n\nhost=late\n") == 0,
	    "a request");
	tap_is(request.protocol, "https", "its protocol");
	tap_is(request.host, "example.com:8443", "its host, up to the end");
	tap_is(request.path, "acme/repo.git", "its path");
	tap_is(request.username, "bob", "its user name");
	tap_is(request.password, "a=b", "its password");
	tap_is(request.credential, "c", "its credential");
	tap_ok(request.authtype, "git takes other schemes");
	tap_ok(request.bearer, "the server offers Bearer");
	tap_ok(read_text("protocol=https\nhost=a") == 0, "no line end at all");
	tap_is(request.host, "a", "the last line counts");
	tap_is(request.path, NULL, "what is not said is NULL");
	tap_ok(!request.authtype && !request.bearer, "nothing is offered");
}

static void
test_challenges(void)
{
	static const struct {
		const char *lines;
		bool bearer;
	} cases[] = {
	    {"wwwauth[]=Bearer\n", true},
	    {"wwwauth[]=BEARER realm=x\n", true},
	    {"wwwauth[]=Bearer, Basic\n", true},
	    {"wwwauth[]=Bearers\n", false},
	    {"wwwauth[]=Basic Bearer\n", false},
	    {"wwwauth[]=Bearer\nwwwauth[]=\n", false},
	    {"wwwauth[]=Bearer\nwwwauth[]=\nwwwauth[]=Bearer\n", true},
	};
	char text[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strcpy(text, "protocol=https\nhost=a\n");
		strcat(text, cases[i].lines);
		tap_ok(
		    read_text(text) == 0 && request.bearer == cases[i].bearer,
		    "challenge %d", (int)i);
	}
}

static void
test_bad(void)
{
	static const char *const bad[] = {"", "\n", "protocol=https\n",
	    "host=a\n", "protocol=\nhost=a\n", "protocol=https\nhost=\n",
	    "protocol=https\r\nhost=a\r\n", "protocol=https\nhost=a\npath=\r\n",
	    "protocol=https\nhost=a\nline\n", "protocol=https\nhost=a/b\n",
	    "protocol=https\nhost=a@b\n", "protocol=https\nhost=a?b\n",
	    "protocol=https\nhost=a#b\n", "protocol=https\nhost=a%2fb\n",
	    "protocol=https\nhost=a b\n", "protocol=https\nhost=a\\b\n",
	    "protocol=https\nhost=a\tb\n", NULL};

	for (const char *const *text = bad; *text != NULL; text++) {
		error.fault = FAULT_NONE;
		tap_ok(read_text(*text) == -1 && error.fault == FAULT_USAGE,
		    "refused: bad request %d", (int)(text - bad));
	}
	tap_ok(read_bytes("protocol=https\nhost=a\0b\n", 24) == -1,
	    "refused: a NUL");
}

static void
test_lines(void)
{
	static char text[2 * GITREQUEST_LINE_MAX] =
	    "protocol=https\nhost=a\nx=";
	size_t head = strlen(text);

	memset(text + head, 'y', GITREQUEST_LINE_MAX - 3);
	strcpy(text + head + GITREQUEST_LINE_MAX - 3, "\n");
	tap_ok(read_text(text) == 0, "the longest line");
	strcpy(text + head + GITREQUEST_LINE_MAX - 3, "y\n");
	tap_ok(read_text(text) == -1, "one byte more");
}

static void
test_url(void)
{
	char url[64];

	read_text("protocol=https\nhost=a.b:1\n");
	tap_ok(
	    gitrequest_url(&request, url, sizeof(url), &error) == 0, "a URL");
	tap_is(url, "https://a.b:1/", "without a path");
	read_text("protocol=http\nhost=[::1]\npath=a b/?#%@~\xc3\xa9\n");
	gitrequest_url(&request, url, sizeof(url), &error);
	tap_is(url, "http://[::1]/a%20b/%3F%23%25@~%C3%A9",
	    "what git decoded is encoded again");
	tap_ok(gitrequest_url(&request, url, 37, &error) == 0, "just room");
	tap_ok(gitrequest_url(&request, url, 36, &error) == -1, "no room");
	tap_ok(gitrequest_url(&request, url, 10, &error) == -1, "less room");
}

int
main(void)
{
	test_good();
	test_challenges();
	test_bad();
	test_lines();
	test_url();
	return tap_done();
}
