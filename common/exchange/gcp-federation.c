/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "exchange/gcp.h"
#include "exchange/oauth.h"
#include "exchange/reply.h"

/*
 * Google's Security Token Service: an id token for a federated access token
 * of a workload identity pool. `audience` is the provider's resource name. If
 * the reply does not say how long the token lives, its expiry is 0: not known.
 */
#define BODY_ROOM (32 * 1024)
#define AUDIENCE_START "//iam."
#define AUDIENCE_FORM                                            \
	"//iam.googleapis.com/projects/NUMBER/locations/global/" \
	"workloadIdentityPools/POOL/providers/PROVIDER"

static const struct exchange_key keys[] = {
    {"audience", KEY_TEXT, true},
    {"scope", KEY_REPEAT, false},
    {"universe", KEY_TEXT, false},
    {"quota-project", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static int
check_audience(const struct settings *settings, struct error *err)
{
	const char *audience = settings_get(settings, "audience");

	if (audience == NULL || *audience == '\0')
		return error_set(
		    err, FAULT_CONFIG, "audience is missing: " AUDIENCE_FORM);
	if (!text_starts(audience, AUDIENCE_START))
		return error_set(err, FAULT_CONFIG,
		    "audience '%s' is no provider: " AUDIENCE_FORM, audience);
	return 0;
}

/* A provider that says nothing else takes its own name with "https:". */
static int
federation_audience(
    const struct settings *settings, struct buffer *audience, struct error *err)
{
	if (check_audience(settings, err) == -1)
		return -1;
	buffer_printf(audience, "https:%s", settings_get(settings, "audience"));
	return 0;
}

static int
federation_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	(void)target;
	if (check_audience(settings, err) == -1)
		return -1;
	return gcp_check(settings, err);
}

static int
federation_endpoint(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	if (gcp_base(settings, "sts", url, err) == -1)
		return -1;
	buffer_add_string(url, "/v1/token");
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	const char *audience = settings_get(mint->settings, "audience");
	scoped(secret) struct secret *body =
	    oauth_form(mint->input->secret, OAUTH_TYPE_JWT, BODY_ROOM, err);

	if (body == NULL)
		return NULL;
	if (http_form(body, "audience", audience) == -1 ||
	    oauth_form_scope(body, mint->settings, GCP_SCOPE) == -1 ||
	    http_form(body, "requested_token_type", OAUTH_TYPE_ACCESS_TOKEN) ==
		-1) {
		error_set(err, FAULT_CONFIG, "the scopes are too long");
		return NULL;
	}
	return take(&body);
}

static int
federation_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(secret) struct secret *body = NULL;

	if (federation_endpoint(mint->settings, &url, err) == -1 ||
	    (body = make_body(mint, err)) == NULL)
		return -1;
	return oauth_post(mint, buffer_text(&url), body, output, err);
}

const struct exchange exchange_gcp_federation = {
    .name = "gcp-federation",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_BEARER,
    .keys = keys,
    .audience = federation_audience,
    .resolve = federation_resolve,
    .endpoint = federation_endpoint,
    .run = federation_run,
};
