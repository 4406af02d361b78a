/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/section.h"
#include "config/value.h"
#include "exchange/exchange.h"
#include "identity/identity.h"

/* Values that are the name of something else, which must exist. */
#define NAMES_MAX 64

/* `names` may be NULL: then it is not looked for what was meant. */
static int
unknown(const char *what, const char *value, const char *const *names,
    struct error *err)
{
	const char *nearest = names != NULL ? text_nearest(value, names) : NULL;

	if (nearest == NULL)
		return error_set(
		    err, FAULT_CONFIG, "there is no %s `%.200s`", what, value);
	return error_set(err, FAULT_CONFIG,
	    "there is no %s `%.200s`; did you mean `%.200s`?", what, value,
	    nearest);
}

/* A section [word "value"], or the one that is built in. */
static int
refer(const struct sections *sections, const char *word, const char *built_in,
    const char *value, struct error *err)
{
	const char **names = NULL;

	if (built_in != NULL && strcmp(value, built_in) == 0)
		return 0;
	if (sections_find(sections, word, value) != NULL)
		return 0;
	if (sections_suggest(sections) &&
	    (names = sections_names(sections, word, built_in)) == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	unknown(word, value, names, err);
	free(names);
	return -1;
}

int
value_credential(
    const struct sections *sections, const char *value, struct error *err)
{
	return refer(sections, "credential", "id-token", value, err);
}

int
value_identity(
    const struct sections *sections, const char *value, struct error *err)
{
	return refer(sections, "identity", NULL, value, err);
}

int
value_rule(
    const struct sections *sections, const char *value, struct error *err)
{
	return refer(sections, "rule", NULL, value, err);
}

int
value_exchange(
    const struct sections *sections, const char *value, struct error *err)
{
	const char *names[NAMES_MAX] = {NULL};

	if (exchange_named(value) != NULL)
		return 0;
	if (sections != NULL && !sections_suggest(sections))
		return unknown("exchange", value, NULL, err);
	for (size_t i = 0; exchanges[i] != NULL && i < NAMES_MAX - 1; i++)
		names[i] = exchanges[i]->name;
	return unknown("exchange", value, names, err);
}

int
value_source(
    const struct sections *sections, const char *value, struct error *err)
{
	const char *names[NAMES_MAX] = {"auto", NULL};

	if (strcmp(value, "auto") == 0 || identity_named(value) != NULL)
		return 0;
	if (!sections_suggest(sections))
		return unknown("source", value, NULL, err);
	for (size_t i = 0; identities[i] != NULL && i < NAMES_MAX - 2; i++)
		names[i + 1] = identities[i]->name;
	return unknown("source", value, names, err);
}
