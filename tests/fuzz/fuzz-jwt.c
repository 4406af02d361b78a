/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/jwt.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* All that is read ends inside of its room. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(secret) struct secret *token = secret_copy(bytes, length);
	char text[32];
	struct jwt jwt;

	if (token == NULL || jwt_read(token, &jwt, NULL) == -1)
		return 0;
	if (strlen(jwt.issuer) >= sizeof(jwt.issuer) ||
	    strlen(jwt.subject) >= sizeof(jwt.subject) ||
	    strlen(jwt.audience) >= sizeof(jwt.audience) || jwt.expires < 0)
		abort();
	jwt_has_audience(token, "aud");
	jwt_claim(token, "sub", text, sizeof(text));
	return 0;
}
