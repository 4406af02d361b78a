/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/callout/rules.h"
#include "helpers/callout/subject.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* No claim makes a subject of more tokens than its map wrote. */
static void
check_subject(const char *subject, const struct captures *captures)
{
	char filled[SUBJECT_MAX];
	struct refusal why;
	size_t dots = 0;

	if (subject_fill(subject, captures, filled, &why) == -1)
		return;
	for (const char *at = subject; *at != '\0'; at++)
		dots += *at == '.' || *at == ' ' || *at == '>' || *at == '*';
	for (const char *at = filled; *at != '\0'; at++)
		dots -= *at == '.' || *at == ' ' || *at == '>' || *at == '*';
	if (dots != 0)
		abort();
}

static void
use(const struct rules *rules, const struct json *claims)
{
	struct captures captures = {.count = 0};
	const struct map *map = map_find(rules->maps, rules->map_count,
	    rules->issuers[0].url, claims, &captures);

	if (map == NULL)
		return;
	settings_each (each, map->settings, "publish")
		check_subject(each->value, &captures);
	settings_each (each, map->settings, "subscribe")
		check_subject(each->value, &captures);
}

/* Rows of a configuration; behind a NUL the claims of a token. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *text = (const char *)bytes;
	size_t rows = strnlen(text, length);
	struct error err = {.fault = FAULT_NONE};
	scoped(rules) struct rules *rules = rules_read(text, rows, NULL, &err);
	scoped(json) struct json *claims = NULL;

	if (rules == NULL && err.fault == FAULT_NONE)
		abort();
	if (rules == NULL || rows == length)
		return 0;
	claims = json_parse(text + rows + 1, length - rows - 1, NULL);
	if (claims != NULL)
		use(rules, claims);
	return 0;
}
