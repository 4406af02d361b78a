/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A time is none (-1) or no less than the epoch, and told it is the same. */
static void
check(int64_t time)
{
	char text[CLOCK_TEXT];

	if (time < -1 || (time != -1 && clock_parse_rfc3339(
					    clock_rfc3339(time, text)) != time))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	if (text == NULL)
		return 0;
	check(clock_parse_rfc3339(text));
	check(clock_parse_http(text));
	if (clock_parse_duration(text) < -1)
		abort();
	free(text);
	return 0;
}
