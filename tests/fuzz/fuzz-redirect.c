/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/daypass/redirect.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Whoever knocks where the browser comes back to: a query is one line of the
 * head, and the head was for us. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *head = strndup((const char *)bytes, length);
	const char *query;
	size_t size;

	if (head == NULL)
		return 0;
	size = strlen(head);
	query = redirect_query(head, "/callback", 4711);
	if (query != NULL &&
	    (query < head || query + strlen(query) > head + size ||
		strpbrk(query, " \r\n") != NULL ||
		strncmp(head, "GET /callback?", 14) != 0))
		abort();
	free(head);
	return 0;
}
