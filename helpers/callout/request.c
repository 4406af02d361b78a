/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "helpers/callout/natsjwt.h"
#include "helpers/callout/request.h"

#define LONGEST 120 /* seconds that a server may give us, leeway included */

void
request_clear(struct request *request)
{
	compact_clear(&request->compact);
	*request = (struct request){.xkey = ""};
}

static const char *
text_of(const struct request *request, const char *path)
{
	const char *text = "";

	json_string(request->compact.claims, path, &text);
	return text;
}

static int
read_key(const struct request *request, const char *path, enum nkey_type type,
    char key[NKEY_PUBLIC])
{
	unsigned char raw[NKEY_RAW];
	const char *text = text_of(request, path);

	return nkey_public_read(text, type, raw) == -1
		   ? -1
		   : text_copy(key, NKEY_PUBLIC, text);
}

static int
check_kind(const struct request *request, struct refusal *why)
{
	int64_t version = 0;

	json_integer(request->compact.claims, "nats/version", &version);
	if (strcmp(text_of(request, "aud"), "nats-authorization-request") ==
		0 &&
	    strcmp(text_of(request, "nats/type"), "authorization_request") ==
		0 &&
	    version == 2)
		return 0;
	return refuse(
	    why, REASON_REQUEST, "it is no authorization request of version 2");
}

static int
check_time(struct request *request, int64_t now, struct refusal *why)
{
	if (compact_time(request->compact.claims, "exp", &request->expires) !=
	    1)
		return refuse(why, REASON_REQUEST,
		    "the request does not say when it ends");
	if (request->expires + REQUEST_LEEWAY <= now)
		return refuse(why, REASON_STALE,
		    "the request ended %lld s ago: an old one, or the clocks "
		    "of "
		    "server and service differ",
		    (long long)(now - request->expires));
	if (request->expires > now + LONGEST)
		return refuse(why, REASON_STALE,
		    "the request ends in %lld s: no server waits so long, or "
		    "the clocks differ",
		    (long long)(request->expires - now));
	return 0;
}

static int
check_keys(struct request *request, struct refusal *why)
{
	if (strcmp(text_of(request, "nats/server_id/id"), request->server) != 0)
		return refuse(why, REASON_SERVER,
		    "it speaks for a server that did not sign it");
	if (read_key(request, "nats/user_nkey", NKEY_USER, request->user) == -1)
		return refuse(
		    why, REASON_REQUEST, "it names no user key to answer for");
	if (read_key(request, "sub", NKEY_ACCOUNT, request->account) == -1)
		return refuse(
		    why, REASON_REQUEST, "it names no account to answer for");
	request->xkey = text_of(request, "nats/server_id/xkey");
	return 0;
}

/* A token may be where the client's tool has room for it: MQTT and plain
 * logins have a password. */
static void
find_client(struct request *request)
{
	static const char *const places[] = {
	    "nats/connect_opts/auth_token", "nats/connect_opts/pass", NULL};

	for (int i = 0; places[i] != NULL && request->token == NULL; i++) {
		const char *token = text_of(request, places[i]);

		if (token[0] != '\0')
			request->token = token;
	}
	request->host = text_of(request, "nats/client_info/host");
	request->name = text_of(request, "nats/connect_opts/name");
	request->kind = text_of(request, "nats/client_info/type");
	if (strcmp(text_of(request, "nats/client_info/kind"), "Leafnode") == 0)
		request->kind = "leafnode";
	json_integer(
	    request->compact.claims, "nats/client_info/id", &request->client);
}

int
request_read(const char *text, size_t length, int64_t now,
    struct request *request, struct refusal *why)
{
	const char *what;

	*request = (struct request){.xkey = ""};
	if (length > REQUEST_MAX)
		return refuse(why, REASON_REQUEST,
		    "a request of %zu bytes: more than %d", length,
		    REQUEST_MAX);
	if (natsjwt_read(text, length, NKEY_SERVER, &request->compact,
		request->server, &what) == -1)
		return refuse(
		    why, REASON_REQUEST, "not a server's request: %s", what);
	if (check_kind(request, why) == -1 ||
	    check_time(request, now, why) == -1 ||
	    check_keys(request, why) == -1)
		return -1;
	find_client(request);
	return 0;
}
