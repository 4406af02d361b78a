/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_CLAIMS_H
#define DAYPASS_EXCHANGE_CLAIMS_H

#include "base/error.h"
#include "base/jwt.h"
#include "exchange/credential.h"

/* As whom a credential is presented: the issuer, subject and audience that
 * came with it, else what its token says if that is a JWT, else "". -1: no
 * memory to read the token. */
int claims_read(const struct credential *input, struct jwt *claims);

/* What names the workspace or job: the label that came with it, else a claim
 * of the id token: Ona's environment_id, GitHub's run_id, GitLab's job_id. 0:
 * there is none. -1: no memory to tell. */
#define CLAIMS_LABEL 256
int claims_label(const struct credential *input, char label[CLAIMS_LABEL]);

/* Hands all of these on to what was minted from `from`. -1: no memory. */
int claims_carry(struct credential *to, const struct credential *from);

#define CLAIMS_BLAME "; it was shown "

/* To a refusal's text (and to no other fault's), what was presented: "; it
 * was shown iss=... sub=... aud=...". Always -1. */
int claims_blame(struct error *err, const struct credential *input);

#endif
