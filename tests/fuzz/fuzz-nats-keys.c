/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "helpers/callout/jwks.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What an issuer calls its keys. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct error err = {.fault = FAULT_NONE};
	scoped(jwks) struct jwks *jwks =
	    jwks_read((const char *)bytes, length, &err);
	const struct verifier *verifier;

	if (jwks == NULL && err.fault == FAULT_NONE)
		abort();
	for (int i = 0; jwks != NULL && i < ALGORITHMS; i++) {
		verifier = jwks_find(jwks, NULL, (enum algorithm)i);
		if (verifier != NULL &&
		    verifier_check(verifier, "x", 1, "not a signature", 15))
			abort();
	}
	return 0;
}
