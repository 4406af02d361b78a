/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was parsed, written again, parses to the same. */
static void
write_again(const struct message *message)
{
	static char room[2 * MESSAGE_MAX];
	static struct message again;
	struct writing writing;

	writing_start(&writing, room, sizeof(room), message->word);
	for (unsigned i = 0; i < message->count; i++)
		writing_add(&writing, message->attributes[i].key,
		    message->attributes[i].value);
	if (writing_end(&writing) == -1 ||
	    message_parse(&again, room, writing.length, NULL) == -1 ||
	    again.count != message->count)
		abort();
	for (unsigned i = 0; i < message->count; i++)
		if (strcmp(message->attributes[i].value,
			again.attributes[i].value) != 0)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const known[] = {"known", NULL};
	static struct message message;
	char *bytes = malloc(size + 1);
	size_t length;
	struct error err;

	if (bytes == NULL)
		return 0;
	memcpy(bytes, data, size);
	length = message_complete(bytes, size);
	if (length > size)
		abort();
	if (message_parse(&message, bytes, length, &err) == 0) {
		message_number(&message, "expires", 0);
		message_must(&message, known, &err);
		write_again(&message);
	}
	free(bytes);
	return 0;
}
