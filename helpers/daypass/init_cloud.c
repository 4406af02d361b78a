/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/init.h"

static bool
is_set(const char *wish)
{
	return wish != NULL && wish[0] != '\0';
}

/* What AWS calls a provider by: the issuer without its scheme. */
static const char *
bare(const char *issuer)
{
	return text_starts(issuer, "https://") ? issuer + strlen("https://")
					       : issuer;
}

/* 123456789012 of arn:aws:iam::123456789012:role/dev, and what is before it. */
static void
take_arn_apart(const char *role, char account[32], char partition[32],
    const char **name)
{
	const char *at = strchr(role, ':') + 1;
	size_t length = strcspn(at, ":");

	snprintf(partition, 32, "%.*s", (int)length, at);
	at = strstr(at, "::");
	at = at == NULL ? "" : at + 2;
	snprintf(account, 32, "%.*s", (int)strcspn(at, ":"), at);
	*name = strrchr(role, '/') + 1;
}

static void
add_aws_trust(struct buffer *out, const struct principal *who,
    const char *partition, const char *account)
{
	const char *issuer = bare(who->issuer);

	buffer_printf(out,
	    "    cat >trust.json <<'END'\n"
	    "    {\"Version\": \"2012-10-17\", \"Statement\": [{\n"
	    "      \"Effect\": \"Allow\",\n"
	    "      \"Principal\": {\"Federated\":\n"
	    "        \"arn:%s:iam::%s:oidc-provider/%s\"},\n"
	    "      \"Action\": \"sts:AssumeRoleWithWebIdentity\",\n"
	    "      \"Condition\": {\"StringEquals\": {\n"
	    "        \"%s:aud\": \"sts.amazonaws.com\",\n"
	    "        \"%s:sub\": \"%s\"}}}]}\n"
	    "    END\n",
	    partition, account, issuer, issuer, issuer, who->subject);
}

static void
add_aws_terraform(struct buffer *out, const struct principal *who,
    const char *name)
{
	const char *issuer = bare(who->issuer);

	buffer_printf(out,
	    "  or in Terraform:\n"
	    "    resource \"aws_iam_openid_connect_provider\" "
	    "\"workspaces\" {\n"
	    "      url            = \"%s\"\n"
	    "      client_id_list = [\"sts.amazonaws.com\"]\n"
	    "    }\n"
	    "    resource \"aws_iam_role\" \"daypass\" {\n"
	    "      name = \"%s\"\n"
	    "      assume_role_policy = jsonencode({\n"
	    "        Version = \"2012-10-17\", Statement = [{\n"
	    "          Effect = \"Allow\"\n"
	    "          Action = \"sts:AssumeRoleWithWebIdentity\"\n"
	    "          Principal = { Federated = "
	    "aws_iam_openid_connect_provider.workspaces.arn }\n"
	    "          Condition = { StringEquals = {\n"
	    "            \"%s:aud\" = \"sts.amazonaws.com\"\n"
	    "            \"%s:sub\" = \"%s\"\n"
	    "          } }\n"
	    "      }] })\n"
	    "    }\n\n",
	    who->issuer, name, issuer, issuer, who->subject);
}

static void
add_aws(struct buffer *out, const char *role, const struct principal *who)
{
	char account[32], partition[32];
	const char *name;

	take_arn_apart(role, account, partition, &name);
	buffer_printf(out,
	    "AWS: an OIDC provider, once for each account, and the role's "
	    "trust\n"
	    "    aws iam create-open-id-connect-provider --url %s \\\n"
	    "        --client-id-list sts.amazonaws.com\n",
	    who->issuer);
	add_aws_trust(out, who, partition, account);
	buffer_printf(out,
	    "    aws iam create-role --role-name %s \\\n"
	    "        --assume-role-policy-document file://trust.json\n"
	    "  (where each workspace has a subject of its own: StringLike and "
	    "a `*`\n  for what differs; docs/exchanges/aws-web-identity.md)\n",
	    name);
	add_aws_terraform(out, who, name);
}

/* POOL and NAME of .../workloadIdentityPools/POOL/providers/NAME */
static void
part_of(const char *provider, const char *before, char *part, size_t size)
{
	const char *at = strstr(provider, before);

	at = at == NULL ? "" : at + strlen(before);
	snprintf(part, size, "%.*s", (int)strcspn(at, "/"), at);
}

static void
add_gcp_terraform(struct buffer *out, const struct principal *who,
    const char *pool, const char *name)
{
	buffer_printf(out,
	    "  or in Terraform:\n"
	    "    resource \"google_iam_workload_identity_pool\" \"workspaces\" "
	    "{\n"
	    "      workload_identity_pool_id = \"%s\"\n"
	    "    }\n"
	    "    resource \"google_iam_workload_identity_pool_provider\" "
	    "\"daypass\" {\n"
	    "      workload_identity_pool_id = google_iam_workload_identity_"
	    "pool.workspaces.workload_identity_pool_id\n"
	    "      workload_identity_pool_provider_id = \"%s\"\n"
	    "      attribute_mapping   = { \"google.subject\" = "
	    "\"assertion.sub\" }\n"
	    "      attribute_condition = \"assertion.sub == '%s'\"\n"
	    "      oidc { issuer_uri = \"%s\" }\n"
	    "    }\n\n",
	    pool, name, who->subject, who->issuer);
}

static void
add_gcp(struct buffer *out, const struct wishes *wishes,
    const struct principal *who)
{
	char number[64], pool[64], name[64];

	part_of(wishes->provider, "/projects/", number, sizeof(number));
	part_of(wishes->provider, "/workloadIdentityPools/", pool,
	    sizeof(pool));
	part_of(wishes->provider, "/providers/", name, sizeof(name));
	buffer_printf(out,
	    "Google Cloud: a pool, and a provider that trusts this workspace\n"
	    "    gcloud iam workload-identity-pools create %s \\\n"
	    "        --project=%s --location=global\n"
	    "    gcloud iam workload-identity-pools providers create-oidc %s "
	    "\\\n"
	    "        --project=%s --location=global "
	    "--workload-identity-pool=%s \\\n"
	    "        --issuer-uri=%s \\\n"
	    "        --attribute-mapping=google.subject=assertion.sub \\\n"
	    "        --attribute-condition=\"assertion.sub == '%s'\"\n",
	    pool, number, name, number, pool, who->issuer, who->subject);
	if (is_set(wishes->service_account))
		buffer_printf(out,
		    "    gcloud iam service-accounts add-iam-policy-binding "
		    "%s \\\n"
		    "        --role=roles/iam.workloadIdentityUser \\\n"
		    "        --member='principal://iam.googleapis.com/"
		    "projects/%s/locations/global/"
		    "workloadIdentityPools/%s/subject/%s'\n",
		    wishes->service_account, number, pool, who->subject);
	add_gcp_terraform(out, who, pool, name);
}

static void
add_github(struct buffer *out, const char *owner, const struct principal *who)
{
	buffer_printf(out,
	    "GitHub: the App https://github.com/apps/octo-sts, installed for "
	    "%s, and in\neach repository .github/chainguard/daypass.sts.yaml:\n"
	    "    issuer: %s\n"
	    "    subject: %s\n"
	    "    permissions:\n"
	    "      contents: write\n\n",
	    owner, who->issuer, who->subject);
}

void
init_cloud(const struct wishes *wishes, const struct principal *principal,
    struct buffer *out)
{
	if (is_set(wishes->role))
		add_aws(out, wishes->role, principal);
	if (is_set(wishes->provider))
		add_gcp(out, wishes, principal);
	if (is_set(wishes->owner))
		add_github(out, wishes->owner, principal);
}
