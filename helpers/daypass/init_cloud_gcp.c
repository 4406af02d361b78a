/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/daypass/init.h"

static void
add_pool(struct buffer *out, const struct principal *who,
    const struct init_provider *at)
{
	buffer_printf(out,
	    "\nGoogle Cloud: a pool, and a provider that trusts this "
	    "workspace\n"
	    "    gcloud services enable --project=%s iam.googleapis.com \\\n"
	    "        sts.googleapis.com iamcredentials.googleapis.com\n"
	    "    gcloud iam workload-identity-pools create %s \\\n"
	    "        --project=%s --location=global\n"
	    "    gcloud iam workload-identity-pools providers create-oidc %s "
	    "\\\n"
	    "        --project=%s --location=global "
	    "--workload-identity-pool=%s \\\n"
	    "        --issuer-uri=%s \\\n"
	    "        --attribute-mapping=google.subject=assertion.sub \\\n"
	    "        --attribute-condition=\"assertion.sub == '%s'\"\n",
	    at->number, at->pool, at->number, at->name, at->number, at->pool,
	    who->issuer, who->subject);
}

/* As whom Google knows the workspace, once it is federated. */
static void
add_principal(struct buffer *out, const struct principal *who,
    const struct init_provider *at)
{
	buffer_printf(out,
	    "principal://iam.googleapis.com/projects/%s/locations/global/"
	    "workloadIdentityPools/%s/subject/%s",
	    at->number, at->pool, who->subject);
}

static void
add_account(struct buffer *out, const char *account,
    const struct principal *who, const struct init_provider *at)
{
	buffer_printf(out,
	    "    gcloud iam service-accounts add-iam-policy-binding \\\n"
	    "        %s \\\n"
	    "        --role=roles/iam.workloadIdentityUser \\\n"
	    "        --member='",
	    account);
	add_principal(out, who, at);
	buffer_add_string(out, "'\n");
}

static void
add_hint(struct buffer *out, const struct principal *who,
    const struct init_provider *at)
{
	buffer_add_string(
	    out, "  What it may do is yours to grant. The workspace is\n  ");
	add_principal(out, who, at);
	buffer_add_string(out, "\n");
}

static void
add_terraform(struct buffer *out, const struct principal *who,
    const struct init_provider *at)
{
	buffer_printf(out,
	    "  or in Terraform (in project number %s):\n"
	    "    resource \"google_iam_workload_identity_pool\" \"workspaces\" "
	    "{\n"
	    "      workload_identity_pool_id = \"%s\"\n"
	    "    }\n"
	    "    resource \"google_iam_workload_identity_pool_provider\" "
	    "\"daypass\" {\n"
	    "      workload_identity_pool_id          = "
	    "google_iam_workload_identity_"
	    "pool.workspaces.workload_identity_pool_id\n"
	    "      workload_identity_pool_provider_id = \"%s\"\n",
	    at->number, at->pool, at->name);
	buffer_printf(out,
	    "      attribute_mapping                  = { \"google.subject\" = "
	    "\"assertion.sub\" }\n"
	    "      attribute_condition                = \"assertion.sub == "
	    "'%s'\"\n"
	    "      oidc {\n"
	    "        issuer_uri = \"%s\"\n"
	    "      }\n"
	    "    }\n",
	    who->subject, who->issuer);
}

/* `-` is the project of that account, whichever it is. */
static void
add_account_terraform(
    struct buffer *out, const char *account, const struct principal *who)
{
	buffer_printf(out,
	    "    resource \"google_service_account_iam_member\" \"daypass\" "
	    "{\n"
	    "      service_account_id = \"projects/-/serviceAccounts/%s\"\n"
	    "      role               = \"roles/iam.workloadIdentityUser\"\n"
	    "      member             = \"principal://iam.googleapis.com/"
	    "${google_iam_workload_identity_pool.workspaces.name}/subject/"
	    "%s\"\n"
	    "    }\n",
	    account, who->subject);
}

void
init_cloud_gcp(const struct wishes *wishes, const struct principal *who,
    struct buffer *out)
{
	bool acts = init_is_set(wishes->service_account);
	struct init_provider at;

	if (init_take_provider(wishes->provider, &at) == -1)
		return;
	add_pool(out, who, &at);
	if (acts)
		add_account(out, wishes->service_account, who, &at);
	else
		add_hint(out, who, &at);
	add_terraform(out, who, &at);
	if (acts)
		add_account_terraform(out, wishes->service_account, who);
}
