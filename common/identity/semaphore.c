/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/jobtoken.h"

/* Semaphore: one token a job, for the organization's URL.
 * https://docs.semaphore.io/reference/openid */

static const char *const variables[] = {
    "SEMAPHORE", "SEMAPHORE_OIDC_TOKEN", NULL};

static const struct jobtoken job = {
    .platform = "Semaphore",
    .variables = variables,
    .lacks = "the organization or its server offers no OpenID Connect",
};

static bool
semaphore_here(const struct surroundings *around, char *reason, size_t size)
{
	return jobtoken_here(&job, around, reason, size);
}

static int
semaphore_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	return jobtoken_run(&job, mint, token, err);
}

const struct identity identity_semaphore = {
    .name = "semaphore",
    .variables = variables,
    .is_static = true,
    .here = semaphore_here,
    .run = semaphore_run,
};
