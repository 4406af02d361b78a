/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/jobtoken.h"

/* Vercel: one token a build (or `vercel env pull`), for the team's URL.
 * https://vercel.com/docs/oidc */

static const char *const variables[] = {"VERCEL", "VERCEL_OIDC_TOKEN", NULL};

static const struct jobtoken job = {
    .platform = "Vercel",
    .variables = variables,
    .lacks = "the project lacks OIDC federation (Settings, Security)",
};

static bool
vercel_here(const struct surroundings *around, char *reason, size_t size)
{
	return jobtoken_here(&job, around, reason, size);
}

static int
vercel_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	return jobtoken_run(&job, mint, token, err);
}

const struct identity identity_vercel = {
    .name = "vercel",
    .variables = variables,
    .is_static = true,
    .here = vercel_here,
    .run = vercel_run,
};
