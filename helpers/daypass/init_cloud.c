/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/daypass/init.h"

/* The policy's keys are octo-sts's; its audience is its own domain if none is
 * named. Quoted: a subject of digits alone would be a number in YAML. */
static void
add_github(struct buffer *out, const char *owner, const struct principal *who)
{
	buffer_printf(out,
	    "\nGitHub: the App https://github.com/apps/octo-sts, installed for "
	    "%s, and in\neach repository .github/chainguard/daypass.sts.yaml:\n"
	    "    issuer: \"%s\"\n"
	    "    subject: \"%s\"\n"
	    "    permissions:\n"
	    "      contents: write\n",
	    owner, who->issuer, who->subject);
	buffer_printf(out,
	    "  or in Terraform:\n"
	    "    resource \"github_repository_file\" \"daypass\" {\n"
	    "      for_each   = toset([\"REPOSITORY\"])\n"
	    "      repository = each.key\n"
	    "      file       = \".github/chainguard/daypass.sts.yaml\"\n"
	    "      content = yamlencode({\n"
	    "        issuer      = \"%s\"\n"
	    "        subject     = \"%s\"\n"
	    "        permissions = { contents = \"write\" }\n"
	    "      })\n"
	    "    }\n",
	    who->issuer, who->subject);
}

void
init_cloud(const struct wishes *wishes, const struct principal *principal,
    struct buffer *out)
{
	if (init_is_set(wishes->role))
		init_cloud_aws(wishes, principal, out);
	if (init_is_set(wishes->provider))
		init_cloud_gcp(wishes, principal, out);
	if (init_is_set(wishes->owner))
		add_github(out, wishes->owner, principal);
}
