/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/jobtoken.h"

/* GitLab CI/CD: `id_tokens:` puts a token for an audience into a variable of
 * a name that the job's author chooses. Those of GitLab's own pages and of
 * other tools' conventions are known; others are told by `variable`.
 * https://docs.gitlab.com/ci/secrets/id_token_authentication/ */

static const char *const variables[] = {"GITLAB_CI", "AWS_ID_TOKEN",
    "AWS_OIDC_TOKEN", "AZURE_ID_TOKEN", "DAYPASS_ID_TOKEN", "FIRST_ID_TOKEN",
    "GCP_ID_TOKEN", "GITLAB_ID_TOKEN", "GITLAB_OIDC_TOKEN", "ID_TOKEN",
    "ID_TOKEN_1", "ID_TOKEN_2", "OCTO_STS_DEV_ID_TOKEN", "SECOND_ID_TOKEN",
    "SIGSTORE_ID_TOKEN", "STS_AMAZONAWS_COM_ID_TOKEN", "VAULT_ID_TOKEN", NULL};
static const char *const keys[] = {"variable", NULL};

static const struct jobtoken job = {
    .platform = "GitLab",
    .variables = variables,
    .marked = true,
    .lacks = "the job lacks `id_tokens:`",
    .source = "gitlab",
    .remedy = {"give the job `id_tokens: DAYPASS_ID_TOKEN: aud: ", "`"},
};

static bool
gitlab_here(const struct surroundings *around, char *reason, size_t size)
{
	return jobtoken_here(&job, around, reason, size);
}

static int
gitlab_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	return jobtoken_run(&job, mint, token, err);
}

const struct identity identity_gitlab = {
    .name = "gitlab",
    .variables = variables,
    .keys = keys,
    .is_static = true,
    .here = gitlab_here,
    .run = gitlab_run,
};
