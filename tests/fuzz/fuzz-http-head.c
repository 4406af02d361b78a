/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/http_inner.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Lines as they arrive, with their ends. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct http_head head;

	http_head_start(&head);
	while (length > 0) {
		const uint8_t *newline = memchr(bytes, '\n', length);
		size_t used =
		    newline == NULL ? length : (size_t)(newline - bytes) + 1;

		http_head_line(&head, (const char *)bytes, used);
		bytes += used;
		length -= used;
	}
	if (strlen(head.type) >= sizeof(head.type) || head.date < -1 ||
	    head.retry_after < -1)
		abort();
	http_head_skew(&head);
	return 0;
}
