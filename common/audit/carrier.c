/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "audit/carrier.h"
#include "base/text.h"

const struct carrier *
carrier_for(const char *sink)
{
	static const struct carrier *const carriers[] = {
	    &carrier_file, &carrier_syslog, &carrier_http, &carrier_nats};

	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
		if (text_starts(sink, carriers[i]->prefix))
			return carriers[i];
	return text_starts(sink, "tls://") ? &carrier_nats : NULL;
}

const char *
carrier_line(const char **at, const char *end, size_t *length)
{
	const char *line = *at;
	const char *newline =
	    line >= end ? NULL : memchr(line, '\n', (size_t)(end - line));

	if (newline == NULL)
		return NULL;
	*length = (size_t)(newline - line);
	*at = newline + 1;
	return line;
}
