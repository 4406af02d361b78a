/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/dockerkey.h"
#include "helpers/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_key(char *bytes, size_t size)
{
	const char *failure, *key = dockerkey_read(bytes, size, &failure);

	if (key == NULL ? failure == NULL : key[0] == '\0')
		abort();
}

static void
read_object(char *bytes, size_t size)
{
	static struct object object;

	if (object_read(&object, bytes, size, NULL) == -1)
		return;
	object_get(&object, "ServerURL");
	for (unsigned i = 0; i < object.count; i++)
		if (strlen(object.members[i].name) +
			strlen(object.members[i].value) >
		    size)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1);

	if (bytes == NULL)
		return 0;
	memcpy(bytes, data, size);
	read_key(bytes, size);
	memcpy(bytes, data, size);
	read_object(bytes, size);
	free(bytes);
	return 0;
}
