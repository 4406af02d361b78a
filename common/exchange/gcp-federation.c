/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/cause.h"
#include "exchange/gcp.h"
#include "exchange/oauth.h"
#include "exchange/reply.h"

/*
 * Google's Security Token Service: an id token for a federated access token
 * of a workload (or workforce) identity pool. `audience` is the provider's
 * resource name. If the reply does not say how long the token lives, its
 * expiry is 0: not known.
 */
#define BODY_ROOM (32 * 1024)
#define WORKLOAD "/workloadIdentityPools/"
#define WORKFORCE "/workforcePools/"
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

/* By the words that Google answers with; "Troubleshoot Workload Identity
 * Federation" in its IAM documentation has most of them. */
static const struct cause causes[] = {
    {"invalid_target from",
	"there is no provider {audience}, or it or its pool is disabled or "
	"was deleted: compare audience with gcloud iam "
	"workload-identity-pools providers list"},
    {"attribute condition",
	"the provider's attribute condition refuses the token of iss={iss} "
	"sub={sub}: mend the condition, or ask from where it holds (gcloud "
	"iam workload-identity-pools providers describe shows it)"},
    {"value for google.subject",
	"the provider's attribute mapping makes no google.subject of the "
	"token of sub={sub}: map google.subject=assertion.sub"},
    {"google.subject exceeds",
	"sub={sub} makes a google.subject of more than 127 bytes: map a "
	"shorter claim to it"},
    {"audience in ID Token",
	"the provider does not take aud={aud}: add it to the provider's "
	"allowed audiences, or set token-audience to one of these"},
    {"issuer in ID Token",
	"the provider is for another issuer than iss={iss}: both must be the "
	"same to the letter"},
    {"stale to sign-in",
	"the id token of {iss} has expired, or was issued long ago: it must "
	"issue a fresh one"},
    {"connecting to the given credential's issuer",
	"Google cannot read {iss}/.well-known/openid-configuration, which "
	"must be public; else upload the issuer's keys to the provider "
	"(--jwk-json-path)"},
    {"ID Token signature",
	"the key that signed the id token is not among those that {iss} "
	"publishes, or that were uploaded to the provider: publish or upload "
	"it"},
    {"invalid_scope from",
	"Google knows no such scope: repeat the key scope, one value each"},
    {NULL, NULL},
};

static bool
is_workforce(const char *audience)
{
	return strstr(audience, WORKFORCE) != NULL;
}

/* The console shows a project by its id, the provider wants its number. */
static int
check_number(const char *audience, struct error *err)
{
	const char *number = strstr(audience, "/projects/");
	size_t length;

	if (number == NULL)
		return 0;
	number += strlen("/projects/");
	length = strcspn(number, "/");
	if (length > 0 && strspn(number, "0123456789") == length)
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "audience '%s' has a project's id where its number belongs: "
	    "gcloud projects describe %.*s",
	    audience, (int)length, number);
}

static int
check_audience(const struct settings *settings, struct error *err)
{
	const char *audience = settings_get(settings, "audience");

	if (audience == NULL || *audience == '\0')
		return error_set(
		    err, FAULT_CONFIG, "audience is missing: " AUDIENCE_FORM);
	if (!text_starts(audience, AUDIENCE_START) ||
	    (strstr(audience, WORKLOAD) == NULL && !is_workforce(audience)) ||
	    strstr(audience, "/providers/") == NULL)
		return error_set(err, FAULT_CONFIG,
		    "audience '%s' is no provider: " AUDIENCE_FORM, audience);
	return check_number(audience, err);
}

/* A workload's token is counted against the project of its pool; whoever uses
 * it says otherwise in a header of each request, which is not ours. */
static int
check_project(const struct settings *settings, struct error *err)
{
	if (settings_get(settings, "quota-project") == NULL ||
	    is_workforce(settings_get(settings, "audience")))
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "quota-project has no effect on a workload identity pool's token: "
	    "it belongs to gcp-service-account or gcp-id-token, or to the "
	    "client (X-Goog-User-Project, quota_project_id)");
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
	if (check_audience(settings, err) == -1 ||
	    check_project(settings, err) == -1)
		return -1;
	return gcp_check(settings, err);
}

/* Workforce pools belong to no project: the token is of the one that is named
 * here, as Google's libraries have it with workforce_pool_user_project. */
static int
form_project(struct secret *body, const struct settings *settings)
{
	const char *project = settings_get(settings, "quota-project");
	scoped(buffer) struct buffer options = BUFFER(256);

	if (project == NULL)
		return 0;
	buffer_add_string(&options, "{\"userProject\":");
	json_quote(&options, project);
	buffer_add_string(&options, "}");
	if (buffer_failed(&options))
		return -1;
	return http_form(body, "options", buffer_text(&options));
}

static struct secret *
make_body(const struct exchange_mint *mint, struct error *err)
{
	const char *audience = settings_get(mint->settings, "audience");
	const char *type =
	    is_workforce(audience) ? OAUTH_TYPE_ID_TOKEN : OAUTH_TYPE_JWT;
	scoped(secret) struct secret *body =
	    oauth_form(mint->input->secret, type, BODY_ROOM, err);

	if (body == NULL)
		return NULL;
	if (http_form(body, "audience", audience) == -1 ||
	    oauth_form_scope(body, mint->settings, GCP_SCOPE) == -1 ||
	    http_form(body, "requested_token_type", OAUTH_TYPE_ACCESS_TOKEN) ==
		-1 ||
	    form_project(body, mint->settings) == -1) {
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

	if (gcp_sts_url(mint->settings, &url, err) == -1 ||
	    (body = make_body(mint, err)) == NULL)
		return -1;
	if (oauth_post(mint, buffer_text(&url), body, output, err) == -1)
		return cause_lead(err, mint, causes);
	return 0;
}

const struct exchange exchange_gcp_federation = {
    .name = "gcp-federation",
    .takes = KIND_ID_TOKEN,
    .yields = KIND_BEARER,
    .keys = keys,
    .absent = gcp_absent,
    .audience = federation_audience,
    .resolve = federation_resolve,
    .endpoint = gcp_sts_url,
    .run = federation_run,
};
