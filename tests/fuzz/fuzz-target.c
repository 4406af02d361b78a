/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/match.h"
#include "config/target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int
reader(const char *, struct target *, struct error *);

/* The canonical form must be its own: else two spellings of one target could
 * both get past a rule for the other. */
static void
check_canonical(reader *read, const char *text)
{
	struct target target, again;
	char authority[sizeof(target.host) + sizeof(target.port) + 1];

	if (read(text, &target, NULL) == -1)
		return;
	if (read(target.text, &again, NULL) == -1 ||
	    strcmp(target.text, again.text) != 0 ||
	    strcmp(target.host, again.host) != 0 ||
	    strcmp(target.path, again.path) != 0)
		abort();
	target_authority(&target, authority, sizeof(authority));
}

/* A target fits the pattern that it is itself. */
static void
check_match(const char *text)
{
	scoped(match) struct match *match = NULL;
	struct target target;
	struct error err;

	if (match_read(MATCH_URL, text, &match, &err) == -1 ||
	    match_has_glob(match) || target_url(text, &target, &err) == -1)
		return;
	if (!match_fits(match, &target) || match_compare(match, match) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	if (text == NULL)
		return 0;
	check_canonical(target_url, text);
	check_canonical(target_docker, text);
	check_canonical(target_word, text);
	check_canonical(target_url_pattern, text);
	check_match(text);
	free(text);
	return 0;
}
