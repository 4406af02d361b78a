/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/sigv4.h"
#include "base/text.h"
#include "exchange/aws.h"
#include "exchange/reply.h"

/*
 * AWS CodeCommit: a user name and a password for git, signed on the spot as
 * Amazon's own helper (aws codecommit credential-helper) signs them. Nobody is
 * asked, so whoever asks gets one of their own.
 */
#define LIFE 900 /* seconds that CodeCommit takes a signature for */
#define REPOSITORY_MAX 100
#define ROOT "v1/repos/"

#define AT(suffix)                                                   \
	"git-codecommit.*." suffix, "git-codecommit-fips.*." suffix, \
	    "vpce-*.git-codecommit.*.vpce." suffix,                  \
	    "vpce-*.git-codecommit-fips.*.vpce." suffix

static const char *const hosts[] = {
    AT("amazonaws.com"),
    AT("amazonaws.com.cn"),
    NULL,
};

static const struct exchange_key keys[] = {
    {"region", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

/* The label before the region; what follows is the region. */
static const char *
behind_service(const char *host)
{
	static const char *const labels[] = {
	    "git-codecommit.", "git-codecommit-fips."};
	const char *dot = strchr(host, '.');

	if (text_starts(host, "vpce-") && dot != NULL)
		host = dot + 1;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (text_starts(host, labels[i]))
			return host + strlen(labels[i]);
	return NULL;
}

static bool
read_host(const char *host, char *region, size_t size)
{
	const char *rest = host == NULL ? NULL : behind_service(host);
	size_t length = rest == NULL ? 0 : strcspn(rest, ".");

	if (length == 0 || length >= size || rest[length] == '\0')
		return false;
	memcpy(region, rest, length);
	region[length] = '\0';
	rest += length + 1;
	if (text_starts(host, "vpce-") && text_starts(rest, "vpce."))
		rest += strlen("vpce.");
	return aws_check_region(region, NULL) == 0 &&
	       strcmp(rest, aws_suffix(region)) == 0;
}

static int
resolve_region(struct settings *settings, const char *host, struct error *err)
{
	const char *set = settings_get(settings, "region");
	char region[64];

	if (set != NULL && aws_check_region(set, err) == -1)
		return error_in(err, "region");
	if (set != NULL)
		return 0;
	if (!read_host(host, region, sizeof(region)))
		return error_set(err, FAULT_CONFIG,
		    "set region: %s is no host of CodeCommit "
		    "(git-codecommit.REGION.amazonaws.com)",
		    host);
	if (settings_set(settings, "region", region) == -1)
		return error_errno(err, "memory for a region");
	return 0;
}

/* What git must be told, in its own words: the signature is for one path. */
static int
ask_for_path(const char *url, struct error *err)
{
	const char *host = strstr(url, "://");
	int length;

	host = host == NULL ? url : host + strlen("://");
	length = (int)(host - url + (ptrdiff_t)strcspn(host, "/?#"));
	return error_set(err, FAULT_CONFIG,
	    "a password of CodeCommit is for one repository, but git sends no "
	    "path: git config --global credential.%.*s.useHttpPath true",
	    length, url);
}

static bool
is_repository(const char *path, size_t length)
{
	const char *name = path + strlen(ROOT);
	size_t left;

	if (length <= strlen(ROOT) || !text_starts(path, ROOT))
		return false;
	left = length - strlen(ROOT);
	return left <= REPOSITORY_MAX &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789._-") == left;
}

/* As git wrote it: another spelling, with a .git at its end, is another
 * signature. */
static int
resolve_path(struct settings *settings, const char *url, struct error *err)
{
	const char *host = strstr(url, "://"), *path;
	char text[sizeof("/" ROOT) + REPOSITORY_MAX];
	size_t length;

	host = host == NULL ? url : host + strlen("://");
	path = host + strcspn(host, "/?#");
	path += strspn(path, "/");
	length = strcspn(path, "?#");
	while (length > 0 && path[length - 1] == '/')
		length--;
	if (length == 0)
		return ask_for_path(url, err);
	if (length > strlen("/info/lfs") &&
	    memcmp(path + length - strlen("/info/lfs"), "/info/lfs",
		strlen("/info/lfs")) == 0)
		length -= strlen("/info/lfs");
	if (!is_repository(path, length))
		return error_set(err, FAULT_CONFIG,
		    "'%.*s' is no repository of CodeCommit (/" ROOT "NAME)",
		    (int)(length > 200 ? 200 : length), path);
	text[0] = '/';
	memcpy(text + 1, path, length);
	text[length + 1] = '\0';
	if (settings_set(settings, "path", text) == -1)
		return error_errno(err, "memory for a path");
	return 0;
}

static int
codecommit_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	const char *host = target == NULL ? NULL : target->host;

	if (settings_get(settings, "endpoint") != NULL)
		return error_set(err, FAULT_CONFIG,
		    "endpoint: nobody is asked for what is signed here: leave "
		    "it out");
	if (host == NULL || target->url == NULL)
		return error_set(err, FAULT_USAGE,
		    "it is for one repository: daypass token --for "
		    "https://git-codecommit.REGION.amazonaws.com/" ROOT "NAME");
	if (resolve_region(settings, host, err) == -1 ||
	    resolve_path(settings, target->url, err) == -1)
		return -1;
	if (settings_set(settings, "host", host) == -1)
		return error_errno(err, "memory for a host");
	return 0;
}

/* Whose door the password opens. */
static int
codecommit_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	const char *host = settings_get(settings, "host");
	const char *path = settings_get(settings, "path");

	if (host == NULL || path == NULL)
		return error_set(err, FAULT_USAGE, "it is for one repository");
	buffer_printf(url, "https://%s%s", host, path);
	return 0;
}

/* KEY-ID%SESSION-TOKEN; NULL with errno: no memory. */
static struct secret *
make_user(const struct credential *input)
{
	size_t length = strlen(input->name) + 1 + secret_length(input->session);
	scoped(secret) struct secret *user = secret_new(length);

	if (user == NULL || secret_add_string(user, input->name) == -1 ||
	    secret_add_string(user, "%") == -1 ||
	    secret_add(user, secret_bytes(input->session),
		secret_length(input->session)) == -1)
		return NULL;
	return take(&user);
}

static int64_t
expiry(const struct exchange_mint *mint)
{
	int64_t expires = reply_expiry(mint, clock_unix(), LIFE);
	int64_t input = mint->input->expires;

	if (input != 0)
		input = reply_expiry(mint, input, 0);
	return input != 0 && input < expires ? input : expires;
}

/* No request tells how far our clock is off: what others told has to do. */
static int
codecommit_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	const struct credential *input = mint->input;
	const struct sigv4 sigv4 = {
	    .access_key_id = input->name,
	    .secret_key = input->secret,
	    .region = settings_get(mint->settings, "region"),
	    .now = clock_unix() + mint->http->lately,
	    .host = settings_get(mint->settings, "host"),
	    .path = settings_get(mint->settings, "path"),
	};
	scoped(credential) struct credential *made = NULL;
	scoped(secret) struct secret *password = NULL;

	if (sigv4.host == NULL || sigv4.path == NULL)
		return error_set(err, FAULT_USAGE, "it is for one repository");
	password = sigv4_sign_git(&sigv4);
	mint->http->skew = mint->http->lately;
	if (password == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory to sign with");
	if (reply_yield(
		mint, KIND_BASIC, &password, expiry(mint), &made, err) == -1)
		return -1;
	made->name = strdup(input->name);
	if (input->session != NULL)
		made->session = make_user(input);
	if (made->name == NULL ||
	    (input->session != NULL && made->session == NULL))
		return error_errno(err, "memory for a user name");
	*output = take(&made);
	return 0;
}

const struct exchange exchange_aws_codecommit = {
    .name = "aws-codecommit",
    .takes = KIND_AWS,
    .yields = KIND_BASIC,
    .hosts = hosts,
    .keys = keys,
    .fresh = true,
    .resolve = codecommit_resolve,
    .endpoint = codecommit_endpoint,
    .run = codecommit_run,
};
