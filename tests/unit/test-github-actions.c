/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "tap.h"

#define URL "ACTIONS_ID_TOKEN_REQUEST_URL"
#define TOKEN "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
#define REQUEST "r3quest.0123456789abcdef.tail"

static const struct identity *github;

/* A server for one request: what it got comes out of `got`. */
struct server {
	pid_t pid;
	int got;
	char url[64];
};

static void
serve(int listening, int got, const char *reply)
{
	char request[4096];
	size_t length = 0;
	ssize_t count;
	int fd = accept(listening, NULL, NULL);

	while (length < sizeof(request) - 1 &&
	       (count = read(
		    fd, request + length, sizeof(request) - 1 - length)) > 0) {
		length += (size_t)count;
		request[length] = '\0';
		if (strstr(request, "\r\n\r\n") != NULL)
			break;
	}
	if (write(got, request, length) != (ssize_t)length)
		_exit(1);
	dprintf(fd, "%s", reply);
	_exit(0);
}

static void
server_start(struct server *server, const char *reply)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];

	if (bind(fd, (struct sockaddr *)&at, size) == -1 ||
	    listen(fd, 1) == -1 || pipe(ends) == -1 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) == -1) {
		printf("Bail out! no server\n");
		exit(1);
	}
	if ((server->pid = fork()) == 0)
		serve(fd, ends[1], reply);
	close(fd);
	close(ends[1]);
	server->got = ends[0];
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d/token",
	    ntohs(at.sin_port));
}

/* Mints with this reply of the server; the request goes to `got`. */
static const char *
mint(struct place *place, const char *path, const char *reply, char got[4096])
{
	struct server server;
	char url[128];
	const char *token;
	ssize_t count;

	server_start(&server, reply);
	snprintf(url, sizeof(url), "%s%s", server.url, path);
	place_variable(place, URL, url);
	place_variable(place, TOKEN, REQUEST);
	token = place_mint(place, github, "https://a b/?&=");
	/* It wrote what it got before it answered: nobody waits for it. */
	kill(server.pid, SIGKILL);
	count = read(server.got, got, 4095);
	got[count > 0 ? count : 0] = '\0';
	close(server.got);
	waitpid(server.pid, NULL, 0);
	return token;
}

static const char *
reply(const char *status, const char *body)
{
	static char text[64 * 1024];

	snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
	    status, strlen(body), body);
	return text;
}

static void
test_run(struct place *place)
{
	char got[4096];

	tap_is(mint(place, "?api-version=2.0",
		   reply("200 OK", "{\"count\":1,\"value\":\"a.b.c\"}"), got),
	    "a.b.c", "a token");
	tap_ok(strncmp(got,
		   "GET /token?api-version=2.0&audience="
		   "https%3A%2F%2Fa%20b%2F%3F%26%3D HTTP/1.1\r\n",
		   76) == 0,
	    "the request's first line: %.90s", got);
	tap_ok(strcasestr(got, "\r\nAuthorization: Bearer " REQUEST "\r\n") !=
		   NULL,
	    "the request token");
	tap_ok(strcasestr(got,
		   "\r\nAccept: application/json; api-version=2.0\r\n") != NULL,
	    "the version");
	mint(place, "", reply("200 OK", "{}"), got);
	tap_ok(strncmp(got, "GET /token?audience=https%3A", 28) == 0,
	    "a URL that has no query yet");
}

static void
refuse(
    struct place *place, const char *answer, enum fault fault, const char *text)
{
	char got[4096];

	tap_is(mint(place, "", answer, got), NULL, "no token");
	tap_number(place->err.fault, fault, "fault");
	tap_ok(strstr(place->err.text, text) != NULL, "'%s' says '%s'",
	    place->err.text, text);
	tap_ok(strstr(place->err.text, "r3quest") == NULL, "and no secret");
}

static void
test_refused(struct place *place)
{
	refuse(place, reply("403 Forbidden", "{\"message\":\"Job\\nover\"}"),
	    FAULT_IDENTITY, "Job?over (the job has ended, or lacks");
	refuse(place, reply("401 Unauthorized", ""), FAULT_IDENTITY,
	    "HTTP 401 from 127.0.0.1");
	refuse(place,
	    reply(
		"400 Bad Request", "{\"message\":\"bad: Bearer " REQUEST "\"}"),
	    FAULT_REFUSED, "bad: ***");
	refuse(place,
	    reply("400 Bad Request",
		"{\"message\":\"bad '0123456789abcdef.t'\"}"),
	    FAULT_REFUSED, "bad '***'");
	refuse(
	    place, reply("404 Not Found", "<html>"), FAULT_REFUSED, "HTTP 404");
	refuse(place, reply("200 OK", "{\"value\":1}"), FAULT_REFUSED,
	    "no token in the reply");
	refuse(place, reply("200 OK", "{\"value\":\"a"), FAULT_REFUSED,
	    "no token in the reply");
	refuse(place, reply("200 OK", "{\"value\":\"\"}"), FAULT_IDENTITY,
	    "is empty");
	refuse(place, reply("200 OK", "{\"value\":\"a\\r\\nb: c\"}"),
	    FAULT_IDENTITY, "else than one token");
}

static void
test_huge(struct place *place)
{
	char body[IDENTITY_TOKEN_MAX + 64] = "{\"value\":\"", got[4096];
	const char *token;
	size_t start = strlen(body);

	memset(body + start, 'x', IDENTITY_TOKEN_MAX + 1);
	strcpy(body + start + IDENTITY_TOKEN_MAX + 1, "\"}");
	refuse(place, reply("200 OK", body), FAULT_IDENTITY,
	    "is larger than 32768 bytes");
	strcpy(body + start + IDENTITY_TOKEN_MAX, "\"}");
	token = mint(place, "", reply("200 OK", body), got);
	tap_number(token == NULL ? 0 : (int64_t)strlen(token),
	    IDENTITY_TOKEN_MAX, "one byte less is a token");
}

static void
is_here(struct place *place, bool expected, const char *text)
{
	char reason[IDENTITY_REASON_MAX] = "";

	tap_ok(github->here(place->around, reason, sizeof(reason)) == expected,
	    "%shere", expected ? "" : "not ");
	tap_ok(strstr(reason, text) != NULL, "'%s' says '%s'", reason, text);
}

static void
test_here(struct place *place)
{
	place_reset(place);
	is_here(place, false, "GITHUB_ACTIONS is not set");
	place_variable(place, "GITHUB_ACTIONS", "true");
	is_here(place, false, "lacks `permissions: id-token: write`");
	tap_is(place_mint(place, github, "a"), NULL, "no token then");
	tap_number(place->err.fault, FAULT_IDENTITY, "fault");
	place_variable(place, URL, "http://example.com/?x=1");
	is_here(place, false, "lacks");
	place_variable(place, TOKEN, "r3quest");
	is_here(place, true, "is set");
	tap_is(place_mint(place, github, "a"), NULL, "not over plain HTTP");
	tap_ok(strstr(place->err.text, URL) != NULL, "which is said: %s",
	    place->err.text);
}

int
main(void)
{
	struct place place;
	struct error err;

	unsetenv("http_proxy");
	unsetenv("HTTP_PROXY");
	unsetenv("ALL_PROXY");
	unsetenv("all_proxy");
	if (http_global(NULL, &err) == -1)
		return 1;
	github = identity_named("github-actions");
	place_open(&place);
	test_run(&place);
	test_refused(&place);
	test_huge(&place);
	test_here(&place);
	place_close(&place);
	return tap_done();
}
