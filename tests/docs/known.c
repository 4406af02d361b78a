/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/error.h"
#include "base/scoped.h"
#include "base/settings.h"
#include "config/schema.h"
#include "exchange/exchange.h"
#include "identity/identity.h"
#include "wire/variables.h"

/*
 * Prints what the manuals must name, from the tables that the programs read,
 * one a line, its fields separated by tabs:
 *	key SECTION KEY		SECTION: `git`, `docker`, `[docker]` (the one
 *				without a name), an exchange's or `identity`
 *	identity NAME	exchange NAME	variable NAME
 *	fault NAME CODE		stage NAME
 */
static void
print_section(const char *word, bool named)
{
	struct section section = {
	    .word = word, .name = named ? "name" : NULL};
	struct schema_key keys[SCHEMA_KEYS];
	bool twice = schema_find(word, !named) != NULL, open;
	size_t count;

	section.schema = schema_find(word, named);
	if (section.schema == NULL)
		return;
	count = schema_keys(&section, keys, &open);
	for (size_t i = 0; i < count; i++)
		printf(twice && !named ? "key\t[%s]\t%s\n" : "key\t%s\t%s\n",
		    word, keys[i].name);
}

static void
print_sections(void)
{
	const char *const *words = schema_words();

	for (; *words != NULL; words++) {
		print_section(*words, true);
		print_section(*words, false);
	}
}

static void
print_exchanges(void)
{
	for (size_t i = 0; exchanges[i] != NULL; i++) {
		const struct exchange_key *key = exchanges[i]->keys;

		printf("exchange\t%s\n", exchanges[i]->name);
		for (; key != NULL && key->name != NULL; key++)
			printf("key\t%s\t%s\n", exchanges[i]->name, key->name);
	}
}

int
main(void)
{
	print_sections();
	print_exchanges();
	for (size_t i = 0; identities[i] != NULL; i++)
		printf("identity\t%s\n", identities[i]->name);
	for (size_t i = 0; wire_variables[i] != NULL; i++)
		printf("variable\t%s\n", wire_variables[i]);
	for (int f = FAULT_NONE + 1; f < FAULT_COUNT; f++)
		printf("fault\t%s\t%d\n", fault_name((enum fault)f),
		    fault_exit((enum fault)f));
	for (int s = STAGE_NONE + 1; s < STAGE_COUNT; s++)
		printf("stage\t%s\n", stage_name((enum stage)s));
	return 0;
}
