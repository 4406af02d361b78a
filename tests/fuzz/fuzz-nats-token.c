/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/callout/idtoken.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A client's token, and all that is looked at before its signature. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(settings) struct settings *settings = settings_new();
	struct issuer_rule rule = {.url = "https://issuer.example",
	    .settings = settings,
	    .algorithms = 7,
	    .leeway = 30};
	struct idtoken token __attribute__((cleanup(idtoken_scoped)));
	struct refusal why = {.reason = REASON_NONE};
	char *text = calloc(1, length + 1);

	memcpy(text, bytes, length);
	settings_add(settings, "audience", "aud");
	if (idtoken_read(text, &token, &why) == 0) {
		if (token.subject[0] == '\0' || token.algorithm >= ALGORITHMS)
			abort();
		idtoken_check(&token, &rule, 1700000000, &why);
	} else if (why.reason == REASON_NONE) {
		abort();
	}
	idtoken_clear(&token);
	free(text);
	return 0;
}
