/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/jobtoken.h"

/* HCP Terraform, once Terraform Cloud: a token for each variable
 * TFC_WORKLOAD_IDENTITY_AUDIENCE or TFC_WORKLOAD_IDENTITY_AUDIENCE_TAG of the
 * workspace. Common tags are known; others are told by `variable`.
 * https://developer.hashicorp.com/terraform/cloud-docs/
 * (Manually generate workload identity tokens) */

static const char *const variables[] = {"TFC_RUN_ID",
    "TFC_WORKLOAD_IDENTITY_TOKEN", "TFC_WORKLOAD_IDENTITY_TOKEN_AWS",
    "TFC_WORKLOAD_IDENTITY_TOKEN_AZURE", "TFC_WORKLOAD_IDENTITY_TOKEN_DAYPASS",
    "TFC_WORKLOAD_IDENTITY_TOKEN_GCP", "TFC_WORKLOAD_IDENTITY_TOKEN_VAULT",
    NULL};
static const char *const keys[] = {"variable", NULL};

static const struct jobtoken job = {
    .platform = "HCP Terraform",
    .variables = variables,
    .lacks = "the workspace lacks TFC_WORKLOAD_IDENTITY_AUDIENCE",
    .source = "terraform-cloud",
    .remedy = {"set TFC_WORKLOAD_IDENTITY_AUDIENCE_DAYPASS to ",
	" in the workspace"},
};

static bool
terraform_cloud_here(
    const struct surroundings *around, char *reason, size_t size)
{
	return jobtoken_here(&job, around, reason, size);
}

static int
terraform_cloud_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	return jobtoken_run(&job, mint, token, err);
}

const struct identity identity_terraform_cloud = {
    .name = "terraform-cloud",
    .variables = variables,
    .keys = keys,
    .is_static = true,
    .here = terraform_cloud_here,
    .run = terraform_cloud_run,
};
