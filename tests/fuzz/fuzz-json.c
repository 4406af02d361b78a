/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* The first line is a path, the rest is the document. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const uint8_t *newline = memchr(bytes, '\n', length);
	size_t used = newline == NULL ? 0 : (size_t)(newline - bytes);
	scoped(json) struct json *json = NULL;
	const char *string;
	char path[128] = "";
	int64_t number;
	size_t count;
	bool value;

	if (newline == NULL || used >= sizeof(path))
		return 0;
	memcpy(path, bytes, used);
	json = json_parse((const char *)newline + 1, length - used - 1, NULL);
	if (json == NULL)
		return 0;
	json_string(json, path, &string);
	json_integer(json, path, &number);
	json_boolean(json, path, &value);
	json_has(json, path);
	json_is_object(json, path);
	if (json_count(json, path, &count) && count > 0)
		json_element(json, path, count - 1, &string);
	return 0;
}
