/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/init.h"

/* What AWS calls a provider by: the issuer without its scheme. */
static const char *
bare(const char *issuer)
{
	return text_starts(issuer, "https://") ? issuer + strlen("https://")
					       : issuer;
}

/* The policy as an argument and not as a file: who copies the lines copies
 * their indentation too, and a here document would never end. */
static void
add_commands(struct buffer *out, const struct principal *who,
    const struct init_role *role)
{
	const char *issuer = bare(who->issuer);

	buffer_printf(out,
	    "\nAWS: an OIDC provider, once for each account, and a role that "
	    "trusts it\n"
	    "    aws iam create-open-id-connect-provider --url %s \\\n"
	    "        --client-id-list sts.amazonaws.com\n"
	    "    aws iam create-role --role-name %s --path %s \\\n"
	    "        --assume-role-policy-document '\n"
	    "        {\"Version\": \"2012-10-17\", \"Statement\": [{\n"
	    "          \"Effect\": \"Allow\",\n"
	    "          \"Action\": \"sts:AssumeRoleWithWebIdentity\",\n",
	    who->issuer, role->name, role->path);
	buffer_printf(out,
	    "          \"Principal\": {\"Federated\":\n"
	    "            \"arn:%s:iam::%s:oidc-provider/%s\"},\n"
	    "          \"Condition\": {\"StringEquals\": {\n"
	    "            \"%s:aud\": \"sts.amazonaws.com\",\n"
	    "            \"%s:sub\": \"%s\"}}}]}'\n",
	    role->partition, role->account, issuer, issuer, issuer,
	    who->subject);
}

static void
add_hints(struct buffer *out, const struct init_role *role)
{
	buffer_printf(out,
	    "  An older aws wants a --thumbprint-list for the provider too.\n"
	    "  What the role may do is yours to say: aws iam "
	    "attach-role-policy --role-name\n  %s --policy-arn ... . Where "
	    "each workspace has a subject of its own: StringLike\n  and a `*` "
	    "for what differs (docs/exchanges/aws-web-identity.md).\n",
	    role->name);
}

static void
add_terraform(struct buffer *out, const struct principal *who,
    const struct init_role *role)
{
	const char *issuer = bare(who->issuer);

	buffer_printf(out,
	    "  or in Terraform (an older provider wants a thumbprint_list "
	    "too):\n"
	    "    resource \"aws_iam_openid_connect_provider\" "
	    "\"workspaces\" {\n"
	    "      url            = \"%s\"\n"
	    "      client_id_list = [\"sts.amazonaws.com\"]\n"
	    "    }\n"
	    "    resource \"aws_iam_role\" \"daypass\" {\n"
	    "      name = \"%s\"\n"
	    "      path = \"%s\"\n",
	    who->issuer, role->name, role->path);
	buffer_printf(out,
	    "      assume_role_policy = jsonencode({\n"
	    "        Version = \"2012-10-17\"\n"
	    "        Statement = [{\n"
	    "          Effect    = \"Allow\"\n"
	    "          Action    = \"sts:AssumeRoleWithWebIdentity\"\n"
	    "          Principal = { Federated = "
	    "aws_iam_openid_connect_provider.workspaces.arn }\n"
	    "          Condition = { StringEquals = {\n"
	    "            \"%s:aud\" = \"sts.amazonaws.com\"\n"
	    "            \"%s:sub\" = \"%s\"\n"
	    "          } }\n"
	    "        }]\n"
	    "      })\n"
	    "    }\n",
	    issuer, issuer, who->subject);
}

void
init_cloud_aws(const struct wishes *wishes, const struct principal *who,
    struct buffer *out)
{
	struct init_role role;

	if (init_take_role(wishes->role, &role) == -1)
		return;
	add_commands(out, who, &role);
	add_hints(out, &role);
	add_terraform(out, who, &role);
}
