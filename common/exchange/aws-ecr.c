/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "exchange/aws.h"
#include "exchange/reply.h"

/*
 * ECR GetAuthorizationToken: AWS credentials for what docker logs in to a
 * private registry with. It opens all registries that the credentials may use
 * in one region. Nominally for 12 hours; nobody promises that it outlives the
 * credentials, so it is not said to.
 */
#define TARGET "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
#define LOGIN_MAX (8 * 1024)

static const char *const hosts[] = {
    "*.dkr.ecr.*.amazonaws.com",
    "*.dkr.ecr-fips.*.amazonaws.com",
    "*.dkr.ecr.*.amazonaws.com.cn",
    "*.dkr.ecr.*.amazonaws.eu",
    "*.dkr.ecr.*.c2s.ic.gov",
    "*.dkr.ecr.*.sc2s.sgov.gov",
    "*.dkr.ecr.*.cloud.adc-e.uk",
    "*.dkr.ecr.*.csp.hci.ic.gov",
    "*.dkr-ecr.*.on.aws",
    "*.dkr-ecr-fips.*.on.aws",
    "*.dkr-ecr.*.on.amazonwebservices.com.cn",
    NULL,
};

static const struct exchange_key keys[] = {
    {"region", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static const struct aws_cause causes[] = {
    {"AccessDeniedException",
	"the role may not call ecr:GetAuthorizationToken"},
    {"ExpiredTokenException", "the credentials it was asked with have expired"},
    {"UnrecognizedClientException",
	"the credentials it was asked with are not of this partition, or "
	"were revoked"},
    {"InvalidSignatureException",
	"the signature is not right there: compare clock and endpoint"},
    {NULL, NULL},
};

/* What lies behind a part of a host name, or NULL. */
static const char *
after(const char *text, const char *part)
{
	return text != NULL && text_starts(text, part) ? text + strlen(part)
						       : NULL;
}

/* ACCOUNT.dkr.ecr.REGION.SUFFIX, with -fips behind ecr, or dkr-ecr: what
 * follows up to the region. */
static const char *
behind_service(const char *host, bool *fips)
{
	const char *rest = host + strspn(host, "0123456789");
	const char *region;

	if (rest - host != 12 || ((rest = after(rest, ".dkr")) == NULL) ||
	    (*rest != '.' && *rest != '-') ||
	    (rest = after(rest + 1, "ecr")) == NULL)
		return NULL;
	region = after(rest, "-fips.");
	*fips = region != NULL;
	return *fips ? region : after(rest, ".");
}

static bool
read_host(const char *host, char *region, size_t size, bool *fips)
{
	const char *rest = behind_service(host, fips), *dot;

	if (rest == NULL || (dot = strchr(rest, '.')) == NULL ||
	    (size_t)(dot - rest) >= size)
		return false;
	memcpy(region, rest, (size_t)(dot - rest));
	region[dot - rest] = '\0';
	return aws_is_suffix(dot + 1) || strcmp(dot + 1, "on.aws") == 0 ||
	       strcmp(dot + 1, "on.amazonwebservices.com.cn") == 0;
}

/* Whoever uses a FIPS registry is not to be logged in by another service. */
static int
ecr_resolve(struct settings *settings, const struct exchange_target *target,
    struct error *err)
{
	const char *set = settings_get(settings, "region");
	bool fips = false, known = false;
	char region[64];

	if (target != NULL && target->host != NULL)
		known = read_host(target->host, region, sizeof(region), &fips);
	if (set == NULL && !known)
		return error_set(err, FAULT_CONFIG,
		    "region is missing, and the host is no registry of ECR "
		    "(ACCOUNT.dkr.ecr.REGION.amazonaws.com)");
	if (aws_check_region(set == NULL ? region : set, err) == -1)
		return error_in(err, "region");
	if ((set == NULL && settings_set(settings, "region", region) == -1) ||
	    (known && fips && settings_set(settings, "fips", "yes") == -1))
		return error_errno(err, "memory for a region");
	return 0;
}

static int
ecr_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	scoped(buffer) struct buffer host = BUFFER(128);
	const char *region = settings_get(settings, "region");
	bool fips = settings_get(settings, "fips") != NULL;

	if (region == NULL)
		return error_set(err, FAULT_CONFIG, "region is missing");
	buffer_printf(&host, "api.ecr%s.%s.%s", fips ? "-fips" : "", region,
	    aws_suffix(region));
	if (exchange_base(settings, buffer_text(&host), url, err) == -1)
		return -1;
	buffer_add(url, "/", 1);
	if (buffer_failed(&host) || buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

/* The token is base64 of USER:PASSWORD; the password may have colons. */
static struct secret *
decode_login(const struct json *json, const char *url, struct error *err)
{
	scoped(secret) struct secret *login = secret_new(LOGIN_MAX);
	const char *token;
	size_t count;

	if (login == NULL) {
		error_errno(err, "memory for a login");
		return NULL;
	}
	/* The path alone would also fit an object with a member "0". */
	if (json_count(json, "authorizationData", &count) &&
	    json_string(
		json, "authorizationData/0/authorizationToken", &token) &&
	    base64_decode(login, token, strlen(token)) == 0 &&
	    reply_is_token(secret_bytes(login), secret_length(login)))
		return take(&login);
	reply_unexpected(url, err, "no authorizationToken in it");
	return NULL;
}

static int
read_login(const struct json *json, const char *url, char **name,
    struct secret **password, struct error *err)
{
	scoped(secret) struct secret *login = decode_login(json, url, err);
	const char *user, *colon;

	if (login == NULL)
		return -1;
	user = secret_bytes(login);
	colon = strchr(user, ':');
	if (colon == NULL || colon == user || colon[1] == '\0')
		return reply_unexpected(
		    url, err, "its authorizationToken is no USER:PASSWORD");
	*name = strndup(user, (size_t)(colon - user));
	*password = secret_copy(colon + 1, strlen(colon + 1));
	if (*name == NULL || *password == NULL)
		return error_errno(err, "memory for a login");
	return 0;
}

static int64_t
read_expiry(const struct exchange_mint *mint, const struct json *json)
{
	int64_t expires, input = mint->input->expires;

	if (!json_integer(json, "authorizationData/0/expiresAt", &expires) ||
	    expires < 0)
		expires = 0;
	if (input == 0)
		return expires;
	input = reply_expiry(mint, input, 0);
	return expires == 0 || expires > input ? input : expires;
}

static int
read_reply(const struct exchange_mint *mint, const struct http_reply *reply,
    const char *url, struct credential **output, struct error *err)
{
	scoped(json) struct json *json = NULL;
	scoped(secret) struct secret *password = NULL;
	scoped(string) char *name = NULL;
	char host[REPLY_HOST_MAX];

	json = reply_json(reply, http_host(url, host, sizeof(host)), err);
	if (json == NULL ||
	    read_login(json, url, &name, &password, err) == -1 ||
	    reply_yield(mint, KIND_BASIC, &password, read_expiry(mint, json),
		output, err) == -1)
		return -1;
	(*output)->name = take(&name);
	return 0;
}

static int
ecr_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(http_reply) struct http_reply reply = {0};
	scoped(secret) struct secret *body = secret_copy("{}", 2);

	if (body == NULL)
		return error_errno(err, "memory for a request");
	if (ecr_endpoint(mint->settings, &url, err) == -1)
		return -1;
	struct aws_call call = {
	    .url = buffer_text(&url),
	    .service = "ecr",
	    .region = settings_get(mint->settings, "region"),
	    .content_type = "application/x-amz-json-1.1",
	    .target = TARGET,
	    .body = body,
	};
	if (aws_ask(mint, &call, causes, &reply, err) == -1)
		return -1;
	return read_reply(mint, &reply, call.url, output, err);
}

const struct exchange exchange_aws_ecr = {
    .name = "aws-ecr",
    .takes = KIND_AWS,
    .yields = KIND_BASIC,
    .hosts = hosts,
    .keys = keys,
    .resolve = ecr_resolve,
    .endpoint = ecr_endpoint,
    .run = ecr_run,
};
