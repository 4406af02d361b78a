/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/jobtoken.h"

/* Spacelift: one token a run, for the account's host name.
 * https://docs.spacelift.io/integrations/cloud-providers/oidc */

static const char *const variables[] = {
    "TF_VAR_spacelift_run_id", "SPACELIFT_OIDC_TOKEN", NULL};

static const struct jobtoken job = {
    .platform = "Spacelift",
    .variables = variables,
    .lacks = "the account has no OIDC: it needs a paid plan",
};

static bool
spacelift_here(const struct surroundings *around, char *reason, size_t size)
{
	return jobtoken_here(&job, around, reason, size);
}

static int
spacelift_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	return jobtoken_run(&job, mint, token, err);
}

const struct identity identity_spacelift = {
    .name = "spacelift",
    .variables = variables,
    .is_static = true,
    .here = spacelift_here,
    .run = spacelift_run,
};
