/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/jwt.h"
#include "helpers/daypass/curl_reply.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What is said of a stranger's heads is one line that can be shown. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(secret) struct secret *token = secret_copy("opaque", 6);
	scoped(string) char *text = strndup((const char *)bytes, length);
	struct target target = {.host = "h", .text = "https://h"};
	struct curl_reply reply;
	struct error err;

	if (token == NULL || text == NULL)
		return 0;
	curl_reply_parse(&reply, text, token);
	if (reply.status == 0)
		return 0;
	if (reply.status != 401 && reply.status != 403)
		abort();
	curl_reply_explain(&reply, &target, token, &err);
	for (const char *c = err.text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			abort();
	return 0;
}
