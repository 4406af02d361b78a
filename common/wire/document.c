/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/document.h"

void
document_join(const struct message *answer, struct buffer *document)
{
	const char *piece;
	unsigned at = 0;

	while ((piece = message_next(answer, "json", &at)) != NULL)
		buffer_add_string(document, piece);
}
