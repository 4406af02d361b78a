/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "config/scan.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan_entry entry;
	struct error err;
	scoped(scan) struct scan *scan = scan_new((const char *)data, size);

	while (scan != NULL && scan_next(scan, &entry, &err) == 1)
		;
	return 0;
}
