/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/jwt.h"
#include "base/text.h"
#include "exchange/cause.h"
#include "exchange/oauth.h"
#include "exchange/reply.h"

/*
 * Quay: an id token for the password of a robot account, by the robot's
 * federation. There are two ways. /oauth2/federation/robot/token gives one
 * for the registry alone, and every Quay since 3.13 has it. /sts/token gives
 * one for the management API as well, with the scopes that were asked for; it
 * is off unless FEATURE_ROBOT_API_TOKEN_EXCHANGE is on. Which one is taken is
 * not guessed: it is the second where `api-scope` is set. (The key is no
 * `scope`: a policy that narrows scopes must not lead from the one to the
 * other.)
 * https://docs.projectquay.io/manage_quay.html (robot account federation)
 */
#define HOST "quay.io"
#define ROBOT "/oauth2/federation/robot/token"
#define STS "/sts/token"
#define RESOURCE "urn:quay:robot:"
#define BODY_ROOM (8 * 1024)

/* Where the token itself does not say. */
#define LIFE 3600

static const struct exchange_key keys[] = {
    {"robot", KEY_TEXT, true},
    {"api-scope", KEY_REPEAT, false},
    {NULL, KEY_TEXT, false},
};

static const struct cause robot_causes[] = {
    {"does not match robot",
	"the federation of {robot} has another subject for {iss}: it must be "
	"{sub}"},
    {"not configured for this robot",
	"the federation of {robot} has no such issuer: add {iss} with the "
	"subject {sub}"},
    {"does not have federated login",
	"{robot} has no federation: add {iss} with the subject {sub}"},
    {"Could not find robot", "there is no robot {robot}"},
    {"Invalid robot", "there is no robot {robot}"},
    {"Audience", "the federation of {robot} must have the audience {aud}"},
    {"audience", "the federation of {robot} must have the audience {aud}"},
    {"expired", "compare this machine's clock with Quay's"},
    {"Invalid token",
	"Quay does not take it for a token of {iss}, which it must reach"},
    {"HTTP 404", "this Quay has no robot federation (3.13 and later do)"},
    {"missing auth", "something in between takes the Authorization away"},
    {"HTTP 500",
	"older versions also say this where there is no robot {robot}"},
    {NULL, NULL},
};

static const struct cause sts_causes[] = {
    {"invalid_target", "there is no robot {robot}"},
    {"invalid_grant",
	"the federation of {robot} must have {iss} with the subject {sub}, "
	"the audience {aud}, and API scopes that hold those asked for"},
    {"invalid_request",
	"Quay takes no id token of more than 24 KiB, and no scope that it does "
	"not know"},
    {"slow_down", "too many exchanges for this robot: try again later"},
    {"temporarily_unavailable",
	"Quay's own rate limiter is down: try again later"},
    {"HTTP 404",
	"this Quay does not have FEATURE_ROBOT_API_TOKEN_EXCHANGE on: without "
	"api-scope the registry's own way is taken"},
    {NULL, NULL},
};

static bool
wants_scope(const struct settings *settings)
{
	return settings_get(settings, "api-scope") != NULL;
}

static int
quay_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	if (exchange_base(settings, HOST, url, err) == -1)
		return -1;
	buffer_add_string(url, wants_scope(settings) ? STS : ROBOT);
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

static int
quay_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	const char *endpoint = settings_get(settings, "endpoint");

	if (endpoint == NULL)
		endpoint = "https://" HOST;
	if (exchange_origin(endpoint, audience) == -1)
		return error_set(
		    err, FAULT_CONFIG, "endpoint '%s' is no URL", endpoint);
	return 0;
}

/* ORGANIZATION+NAME, as Quay's names are. */
static int
check_robot(const char *robot, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t owner = robot == NULL ? 0 : strspn(robot, letters), name;

	if (robot == NULL)
		return error_set(
		    err, FAULT_CONFIG, "robot is missing: ORGANIZATION+NAME");
	name = robot[owner] == '+' ? strspn(robot + owner + 1, letters) : 0;
	if (owner > 0 && name > 0 && robot[owner + 1 + name] == '\0' &&
	    strlen(robot) <= 512)
		return 0;
	return error_set(
	    err, FAULT_CONFIG, "robot '%s' is not ORGANIZATION+NAME", robot);
}

static int
quay_resolve(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);

	(void)target;
	if (check_robot(settings_get(settings, "robot"), err) == -1)
		return -1;
	return quay_endpoint(settings, &url, err);
}

static int
ask_sts(const struct exchange_mint *mint, const char *url,
    struct credential **output, struct error *err)
{
	const struct settings *settings = mint->settings;
	scoped(buffer) struct buffer resource = BUFFER(1024);
	scoped(buffer) struct buffer scopes = BUFFER(4096);
	scoped(secret) struct secret *body =
	    oauth_form(mint->input->secret, OAUTH_TYPE_JWT, BODY_ROOM, err);

	buffer_printf(
	    &resource, RESOURCE "%s", settings_get(settings, "robot"));
	settings_each (scope, settings, "api-scope")
		buffer_printf(&scopes, "%s%s", scopes.length > 0 ? " " : "",
		    scope->value);
	if (body == NULL)
		return -1;
	if (buffer_failed(&resource) || buffer_failed(&scopes) ||
	    http_form(body, "resource", buffer_text(&resource)) == -1 ||
	    http_form(body, "scope", buffer_text(&scopes)) == -1)
		return error_set(
		    err, FAULT_CONFIG, "the parameters are too long");
	if (oauth_post(mint, url, body, output, err) == -1)
		return cause_add(err, mint, sts_causes);
	return 0;
}

static int
ask_robot(const struct exchange_mint *mint, const char *url,
    struct credential **output, struct error *err)
{
	scoped(secret) struct secret *basic = exchange_basic(
	    settings_get(mint->settings, "robot"), mint->input->secret);
	scoped(secret) struct secret *token = NULL;
	scoped(json) struct json *json = NULL;
	int64_t expires = reply_expiry(mint, clock_unix(), LIFE);
	const struct http_request request = {
	    .method = "GET",
	    .url = url,
	    .authorization = basic,
	};
	struct jwt claims;

	if (basic == NULL)
		return error_errno(err, "memory for a request");
	if ((json = reply_ask(mint, &request, err)) == NULL)
		return cause_add(err, mint, robot_causes);
	if ((token = reply_token(json, "token", url, err)) == NULL)
		return -1;
	if (jwt_read(token, &claims, NULL) == 0 && claims.expires > 0)
		expires = claims.expires;
	return reply_yield(mint, KIND_BEARER, &token, expires, output, err);
}

static int
quay_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	const char *robot = settings_get(mint->settings, "robot");
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(credential) struct credential *made = NULL;
	int result;

	if (quay_endpoint(mint->settings, &url, err) == -1)
		return -1;
	result = wants_scope(mint->settings)
		     ? ask_sts(mint, buffer_text(&url), &made, err)
		     : ask_robot(mint, buffer_text(&url), &made, err);
	if (result == -1 || reply_basic(made, robot, err) == -1)
		return -1;
	*output = take(&made);
	return 0;
}

static const char *
quay_user(const struct settings *settings)
{
	return settings_get(settings, "robot");
}

const struct exchange exchange_quay = {
    .name = "quay",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_BASIC,
    .keys = keys,
    .audience = quay_audience,
    .user = quay_user,
    .resolve = quay_resolve,
    .endpoint = quay_endpoint,
    .run = quay_run,
};
