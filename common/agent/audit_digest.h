/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_AUDIT_DIGEST_H
#define DAYPASS_AGENT_AUDIT_DIGEST_H

#include "exchange/credential.h"

/* Notes in a credential the SHA-256 of its secret (the token, the password,
 * the secret access key): what records know it by. */
void audit_digest(struct credential *credential);

#endif
