/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/resource.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/confine.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/http.h"
#include "base/json.h"
#include "base/options.h"
#include "base/text.h"
#include "helpers/callout/fetch.h"

/*
 * daypass-keys: asks an issuer for its keys (OpenID Connect Discovery 1.0,
 * RFC 8414 3.3: the document must name the issuer that was asked) and prints
 * them, or, with another exit code than 0, why it could not.
 */
#define DISCOVERY "/.well-known/openid-configuration"
#define URL_SIZE 2048

static const char *issuer, *ca_file;

static const struct option_row options[] = {
    {"issuer", "URL", "whose keys", &issuer, NULL},
    {"ca-file", "PATH", "trusted beside the system's roots", &ca_file, NULL},
    {0}};

static const struct command command = {
    .name = "daypass-keys",
    .synopsis = "--issuer URL [--ca-file PATH]",
    .summary = "Fetches an issuer's keys for daypass-nats-callout.",
    .options = options,
};

static int
get(struct http *http, const char *url, struct http_reply *reply,
    struct error *err)
{
	const struct http_request request = {.method = "GET", .url = url};

	if (http_send(http, &request, reply, err) == -1)
		return -1;
	if (reply->status == 200)
		return 0;
	return error_set(
	    err, FAULT_REFUSED, "%.300s: HTTP %d", url, reply->status);
}

/* Where the keys are, by the issuer's own document. */
static int
discover(struct http *http, char keys[URL_SIZE], struct error *err)
{
	struct http_reply reply
	    __attribute__((cleanup(http_reply_scoped))) = {.body = NULL};
	scoped(json) struct json *document = NULL;
	const char *named, *where;
	char url[URL_SIZE];
	size_t length = strlen(issuer);

	if (length > 0 && issuer[length - 1] == '/')
		length--;
	if (snprintf(url, sizeof(url), "%.*s%s", (int)length, issuer,
		DISCOVERY) >= (int)sizeof(url))
		return error_set(err, FAULT_CONFIG, "the issuer is too long");
	if (get(http, url, &reply, err) == -1)
		return -1;
	document = json_parse(
	    secret_bytes(reply.body), secret_length(reply.body), err);
	if (document == NULL)
		return error_in(err, "%.300s", url);
	if (!json_string(document, "issuer", &named) ||
	    strcmp(named, issuer) != 0)
		return error_set(err, FAULT_REFUSED,
		    "%.300s speaks for another issuer than '%.300s'", url,
		    issuer);
	if (!json_string(document, "jwks_uri", &where) ||
	    http_allowed(where, NULL) == -1 ||
	    text_copy(keys, URL_SIZE, where) == -1)
		return error_set(err, FAULT_REFUSED,
		    "%.300s names no jwks_uri that may be asked", url);
	return 0;
}

static int
fetch_keys(struct error *err)
{
	struct http http = {.deadline = clock_ms() + FETCH_MS};
	struct http_reply reply
	    __attribute__((cleanup(http_reply_scoped))) = {.body = NULL};
	scoped(jwks) struct jwks *jwks = NULL;
	char url[URL_SIZE];
	size_t wrote;

	if (discover(&http, url, err) == -1 ||
	    get(&http, url, &reply, err) == -1)
		return -1;
	jwks =
	    jwks_read(secret_bytes(reply.body), secret_length(reply.body), err);
	if (jwks == NULL)
		return error_in(err, "%.300s", url);
	wrote = fwrite(
	    secret_bytes(reply.body), 1, secret_length(reply.body), stdout);
	if (wrote != secret_length(reply.body) || fflush(stdout) != 0)
		return error_errno(err, "cannot print the keys");
	return 0;
}

/* Whoever asked is killed: nobody waits. Then everything is given up that
 * this does not need. */
static int
prepare(struct error *err)
{
	struct rlimit none = {0, 0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	compat_close_from(3);
	setrlimit(RLIMIT_CORE, &none);
	if (issuer == NULL)
		return error_set(
		    err, FAULT_USAGE, "usage: %s", command.synopsis);
	if (http_allowed(issuer, err) == -1 || http_global(ca_file, err) == -1)
		return -1;
	confine_learn();
	confine();
	return 0;
}

/* Without what runs at exit: a sanitizer would look at this process in ways
 * that it has given up. */
static _Noreturn void
end(int status)
{
	fflush(stdout);
	_exit(status);
}

int
main(int argc, char **argv)
{
	struct error err = {.fault = FAULT_NONE};

	switch (options_read(&command, &argc, argv, false, &err)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		break;
	case OPTIONS_RUN:
		if (prepare(&err) == 0 && fetch_keys(&err) == 0)
			end(0);
	}
	printf("%s", err.text);
	end(fault_exit(err.fault));
}
