/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/xml.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What is refused sets nothing. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(secret) struct secret *document = secret_copy(bytes, length);
	scoped(secret) struct secret *key = NULL;
	scoped(secret) struct secret *code = NULL;
	const struct xml_pick picks[] = {
	    {"Credentials/AccessKeyId", &key}, {"Error/Code", &code}};

	if (document != NULL && xml_read(document, picks, 2, NULL) == -1 &&
	    (key != NULL || code != NULL))
		abort();
	return 0;
}
