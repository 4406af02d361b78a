/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/buffer.h"
#include "config/chain.h"
#include "exchange/exchange.h"

/* The credential that a credential is made from; NULL: the id token. */
static const struct section *
input_of(const struct sections *sections, const struct section *section)
{
	const char *from = settings_get(section->settings, "from");

	if (from == NULL || strcmp(from, "id-token") == 0)
		return NULL;
	return sections_find(sections, "credential", from);
}

/* Follows `from` down; -1 when it does not end, with the way in words. */
static int
follow(const struct sections *sections, const struct section *section,
    struct error *err)
{
	scoped(buffer) struct buffer way = BUFFER(512);
	const struct section *at = section;

	buffer_add_string(&way, section->name);
	for (int steps = 1; steps <= CHAIN_MAX; steps++) {
		if ((at = input_of(sections, at)) == NULL)
			return 0;
		buffer_printf(&way, " from %s", at->name);
		if (at == section)
			return error_set(err, FAULT_CONFIG,
			    "`from` leads back to itself: %s",
			    buffer_text(&way));
	}
	return error_set(err, FAULT_CONFIG,
	    "`from` leads over more than %d steps: %s", CHAIN_MAX,
	    buffer_text(&way));
}

static const struct exchange *
exchange_of(const struct section *section)
{
	const char *name = settings_get(section->settings, "exchange");

	return name != NULL ? exchange_named(name) : NULL;
}

static void
list_kinds(struct buffer *list, unsigned kinds)
{
	for (unsigned kind = 1; kind <= KIND_AWS; kind <<= 1)
		if ((kinds & kind) != 0)
			buffer_printf(list, "%s%s",
			    list->length > 0 ? " or " : "", kind_name(kind));
}

/* Does the exchange take what comes in? */
static int
check_kind(const struct sections *sections, const struct section *section,
    struct error *err)
{
	const struct section *input = input_of(sections, section);
	const struct exchange *exchange = exchange_of(section);
	const struct exchange *before = NULL;
	scoped(buffer) struct buffer takes = BUFFER(128);
	unsigned kind = KIND_ID_TOKEN;

	if (input != NULL && (before = exchange_of(input)) == NULL)
		return 0; /* a mistake of its own */
	if (before != NULL)
		kind = exchange_yields(before, input->settings);
	if (exchange == NULL || (exchange->takes & kind) != 0)
		return 0;
	list_kinds(&takes, exchange->takes);
	if (before == NULL)
		return error_set(err, FAULT_CONFIG,
		    "exchange `%s` takes %s, not an id token: `from` must "
		    "name a credential of that kind",
		    exchange->name, buffer_text(&takes));
	return error_set(err, FAULT_CONFIG,
	    "exchange `%s` takes %s, and credential `%s` is %s", exchange->name,
	    buffer_text(&takes), input->name, kind_name(kind));
}

/* Where this key stands; NULL: nowhere. */
static const struct place *
place_of(const struct section *section, const char *key)
{
	for (size_t i = settings_count(section->settings); i-- > 0;)
		if (strcmp(settings_at(section->settings, i)->key, key) == 0)
			return &section->places[i];
	return NULL;
}

/* What says which id token is traded in has no meaning where none is. */
static int
check_token_keys(struct sections *sections, struct section *section)
{
	static const char *const keys[] = {"identity", "token-audience"};
	const char *from = settings_get(section->settings, "from");
	struct error err;

	if (from == NULL || strcmp(from, "id-token") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct place *place = place_of(section, keys[i]);

		if (place == NULL)
			continue;
		error_set(&err, FAULT_CONFIG,
		    "`%s` is about the id token, and this one is made from "
		    "credential `%.160s`: it belongs to the first of the chain",
		    keys[i], from);
		if (section_mistake(sections, section, place, err.text) == -1)
			return -1;
	}
	return 0;
}

int
chain_check(struct sections *sections)
{
	for (size_t i = 0; i < sections->count; i++) {
		struct section *section = sections->list[i];
		struct error err = {.fault = FAULT_NONE};

		if (strcmp(section->word, "credential") != 0 ||
		    section->name == NULL || section->redefines != NULL)
			continue;
		if (check_token_keys(sections, section) == -1)
			return -1;
		if (follow(sections, section, &err) == 0 &&
		    check_kind(sections, section, &err) == 0)
			continue;
		if (section_mistake(sections, section,
			place_of(section, "from"), err.text) == -1)
			return -1;
	}
	return 0;
}
