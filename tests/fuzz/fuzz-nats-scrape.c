/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "helpers/callout/scrape.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Whoever knocks where Prometheus does. What was whole stays so. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *status = NULL;
	bool whole = false;

	for (size_t i = 0; i <= length; i++) {
		int is = scrape_read((const char *)bytes, i, &status);

		if ((is == 0 && whole) || (is == -1 && status == NULL))
			abort();
		whole = is != 0;
	}
	return 0;
}
