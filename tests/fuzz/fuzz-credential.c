/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "exchange/credential.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What is read can be written, and means the same when it is read again. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(credential) struct credential *read =
	    credential_read((const char *)bytes, length);
	scoped(credential) struct credential *again = NULL;
	scoped(secret) struct secret *block = secret_new(CREDENTIAL_MAX);
	scoped(secret) struct secret *other = secret_new(CREDENTIAL_MAX);

	if (read == NULL || block == NULL || other == NULL)
		return 0;
	if (credential_write(read, block) == -1)
		abort();
	again = credential_read(secret_bytes(block), secret_length(block));
	if (again == NULL || credential_write(again, other) == -1 ||
	    !secret_equal(other, secret_bytes(block), secret_length(block)))
		abort();
	return 0;
}
