/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/audit_digest.h"
#include "base/digest.h"

void
audit_digest(struct credential *credential)
{
	unsigned char digest[DIGEST_SIZE];

	if (credential->secret == NULL)
		return;
	digest_sha256(secret_bytes(credential->secret),
	    secret_length(credential->secret), digest);
	digest_hex(digest, credential->sha256);
}
