/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "identity/surroundings.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What a child is handed: every entry can be found by its name, and the block
 * of what was read is its own. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(surroundings) struct surroundings *around =
	    surroundings_read((const char *)bytes, length);
	scoped(surroundings) struct surroundings *again = NULL;
	const struct secret *block, *other;
	const char *entry = NULL;
	char name[64];

	if (around == NULL)
		return 0;
	while ((entry = surroundings_next(around, entry)) != NULL) {
		size_t used = strcspn(entry, "=");

		if (entry[used] != '=' || used == 0)
			abort();
		if (used >= sizeof(name))
			continue;
		memcpy(name, entry, used);
		name[used] = '\0';
		if (surroundings_get(around, name) != entry + used + 1)
			abort();
	}
	block = surroundings_block(around);
	again = surroundings_read(secret_bytes(block), secret_length(block));
	if (again == NULL)
		abort();
	other = surroundings_block(again);
	if (!secret_equal(other, secret_bytes(block), secret_length(block)))
		abort();
	return 0;
}
