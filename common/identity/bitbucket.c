/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/jobtoken.h"

/* Bitbucket Pipelines: one token a step, for the workspace or for up to ten
 * audiences that the step names.
 * https://support.atlassian.com/bitbucket-cloud/docs/
 * (Integrate Pipelines with resource servers using OIDC) */

static const char *const variables[] = {
    "BITBUCKET_BUILD_NUMBER", "BITBUCKET_STEP_OIDC_TOKEN", NULL};

static const struct jobtoken job = {
    .platform = "Bitbucket",
    .variables = variables,
    .lacks = "the step lacks `oidc: true`",
    .remedy = {"give the step `oidc: audiences: [", "]`"},
};

static bool
bitbucket_here(const struct surroundings *around, char *reason, size_t size)
{
	return jobtoken_here(&job, around, reason, size);
}

static int
bitbucket_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	return jobtoken_run(&job, mint, token, err);
}

const struct identity identity_bitbucket = {
    .name = "bitbucket",
    .variables = variables,
    .is_static = true,
    .here = bitbucket_here,
    .run = bitbucket_run,
};
