/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "exchange/cause.h"
#include "exchange/gcp.h"
#include "exchange/reply.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789-"
#define DOMAIN LOWER "."

/* The API tells neither who asked nor which role is missing. */
static const struct cause causes[] = {
    {"has not been used in project",
	"the IAM Service Account Credentials API is not enabled in the "
	"project: gcloud services enable iamcredentials.googleapis.com "
	"--project NUMBER"},
    {"iam.serviceAccounts.",
	"sub={sub} may not act as {service-account}, or no such account is "
	"there: grant on it roles/iam.workloadIdentityUser to the pool's "
	"principal:// or principalSet:// that this is, or "
	"roles/iam.serviceAccountTokenCreator to the service account that "
	"asks (with `delegate`: to whoever asks on the first, and to each on "
	"the next); a grant takes some minutes"},
    {"permission to use project",
	"quota-project {quota-project} may not be used: grant "
	"roles/serviceusage.serviceUsageConsumer in it, or leave it out"},
    {"insufficient authentication scopes",
	"the token that it is `from` lacks the scope " GCP_SCOPE
	": leave `scope` out there, and gcp-downscope for the last step"},
    {"Gaia id",
	"there is no service account {service-account}, or no such delegate: "
	"compare with gcloud iam service-accounts list"},
    {"lifetimes of more than 1 hour",
	"{service-account} may have tokens of one hour at most: leave ttl "
	"out, or let the organization policy "
	"constraints/iam.allowServiceAccountCredentialLifetimeExtension list "
	"it"},
    {"UNAUTHENTICATED from",
	"the token that it is `from` is none that Google takes: it has "
	"expired, is another cloud's, or is narrowed already"},
    {NULL, NULL},
};

/* The part before the @ of NAME@PROJECT.iam.gserviceaccount.com, and what is
 * behind it: it becomes part of a URL. */
static int
check_account(const char *key, const char *account, struct error *err)
{
	const char *at = strchr(account, '@');
	char shown[160];

	if (at != NULL && at != account &&
	    strspn(account, DOMAIN) == (size_t)(at - account) &&
	    strspn(at + 1, DOMAIN) == strlen(at + 1) &&
	    strchr(at, '.') != NULL && strstr(at, "..") == NULL &&
	    strspn(at + 1, LOWER) > 0 && !text_ends(at, ".") &&
	    strlen(account) <= 255)
		return 0;
	text_printable(shown, sizeof(shown), account, strlen(account));
	return error_set(err, FAULT_CONFIG,
	    "%s '%s' is no service account "
	    "(NAME@PROJECT.iam.gserviceaccount.com)",
	    key, shown);
}

static int
missing(struct error *err)
{
	return error_set(err, FAULT_CONFIG, "service-account is missing");
}

int
gcp_iam_check(const struct settings *settings, struct error *err)
{
	const char *account = settings_get(settings, "service-account");

	if (account == NULL)
		return missing(err);
	if (check_account("service-account", account, err) == -1)
		return -1;
	settings_each (setting, settings, "delegate")
		if (check_account("delegate", setting->value, err) == -1)
			return -1;
	return gcp_check(settings, err);
}

int
gcp_iam_url(const struct settings *settings, const char *method,
    struct buffer *url, struct error *err)
{
	const char *account = settings_get(settings, "service-account");

	if (account == NULL)
		return missing(err);
	if (gcp_base(settings, "iamcredentials", url, err) == -1)
		return -1;
	buffer_printf(
	    url, "/v1/projects/-/serviceAccounts/%s:%s", account, method);
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

void
gcp_iam_delegates(struct buffer *body, const struct settings *settings)
{
	const char *comma = "";

	if (settings_get(settings, "delegate") == NULL)
		return;
	buffer_add_string(body, "\"delegates\":[");
	settings_each (setting, settings, "delegate") {
		buffer_printf(body, "%s\"projects/-/serviceAccounts/%s\"",
		    comma, setting->value);
		comma = ",";
	}
	buffer_add_string(body, "],");
}

/* With the header that says whose quota it is taken from. */
static struct json *
send(const struct exchange_mint *mint, const char *url,
    const struct secret *body, const struct secret *bearer, struct error *err)
{
	const char *project = settings_get(mint->settings, "quota-project");
	char line[160];
	const char *const headers[] = {project == NULL ? NULL : line, NULL};
	const struct http_request request = {
	    .method = "POST",
	    .url = url,
	    .headers = headers,
	    .authorization = bearer,
	    .content_type = "application/json",
	    .body = body,
	};
	struct json *json;

	if (project != NULL)
		snprintf(
		    line, sizeof(line), "X-Goog-User-Project: %s", project);
	if ((json = reply_ask(mint, &request, err)) == NULL)
		cause_lead(err, mint, causes);
	return json;
}

struct json *
gcp_iam_ask(const struct exchange_mint *mint, const char *method,
    struct buffer *url, const struct buffer *body, struct error *err)
{
	scoped(secret) struct secret *text = NULL;
	scoped(secret) struct secret *bearer = NULL;

	if (gcp_iam_url(mint->settings, method, url, err) == -1)
		return NULL;
	if (buffer_failed(body)) {
		error_set(err, FAULT_CONFIG, "the settings are too long");
		return NULL;
	}
	text = secret_copy(buffer_text(body), body->length);
	bearer = exchange_bearer(mint->input->secret);
	if (text == NULL || bearer == NULL) {
		error_errno(err, "memory for a request");
		return NULL;
	}
	return send(mint, buffer_text(url), text, bearer, err);
}
