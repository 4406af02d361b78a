/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange/cause.h"
#include "exchange/gcp.h"
#include "exchange/oauth.h"
#include "exchange/reply.h"

/*
 * Google's Security Token Service with a Credential Access Boundary: an
 * access token that opens less of Cloud Storage than the one it is made from
 * and nothing else. If the reply does not say how long it lives, it lives as
 * long as the other.
 */
#define BODY_ROOM (64 * 1024)

static const struct exchange_key keys[] = {
    {"boundary", KEY_TEXT, true},
    {"universe", KEY_TEXT, false},
    {NULL, KEY_TEXT, false},
};

static const struct cause causes[] = {
    {"oundary",
	"Google does not take the boundary: compare its buckets, roles and "
	"conditions with what Credential Access Boundaries allow"},
    {"invalid_grant from",
	"the token that it is `from` cannot be narrowed: it has expired, is "
	"none of Google's, or is narrowed already"},
    {"unauthorized_client from",
	"the token that it is `from` cannot be narrowed: impersonate a "
	"service account first (exchange = gcp-service-account)"},
    {NULL, NULL},
};

static int
downscope_resolve(struct settings *settings,
    const struct exchange_target *target, struct error *err)
{
	(void)target;
	if (gcp_check_universe(settings, err) == -1)
		return -1;
	return gcp_check_boundary(settings, err);
}

/* No audience and no scope: they would be refused beside a boundary. */
static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	const char *boundary = settings_get(mint->settings, "boundary");
	scoped(secret) struct secret *body = oauth_form(
	    mint->input->secret, OAUTH_TYPE_ACCESS_TOKEN, BODY_ROOM, err);

	if (body == NULL)
		return NULL;
	if (http_form(body, "requested_token_type", OAUTH_TYPE_ACCESS_TOKEN) ==
		-1 ||
	    http_form(body, "options", boundary) == -1) {
		error_set(err, FAULT_CONFIG, "boundary is too long");
		return NULL;
	}
	return take(&body);
}

static int
downscope_run(const struct exchange_mint *mint, struct credential **output,
    struct error *err)
{
	scoped(buffer) struct buffer url = BUFFER(REPLY_URL_MAX);
	scoped(secret) struct secret *body = NULL;
	const struct credential *input = mint->input;

	/* A policy's boundary comes after resolve. */
	if (gcp_check_boundary(mint->settings, err) == -1 ||
	    gcp_sts_url(mint->settings, &url, err) == -1 ||
	    (body = make_body(mint, err)) == NULL)
		return -1;
	if (oauth_post(mint, buffer_text(&url), body, output, err) == -1)
		return cause_lead(err, mint, causes);
	/* by the other's clock, as all that comes from there */
	if ((*output)->expires == 0 && input->expires != 0)
		(*output)->expires = input->expires + mint->http->skew;
	return 0;
}

const struct exchange exchange_gcp_downscope = {
    .name = "gcp-downscope",
    .takes = KIND_BEARER,
    .yields = KIND_BEARER,
    .keys = keys,
    .resolve = downscope_resolve,
    .endpoint = gcp_sts_url,
    .run = downscope_run,
};
