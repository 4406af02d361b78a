/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/road_chain.h"
#include "base/text.h"

static const char *const built_in = "id-token";

static int
no_credential(const struct config *config, const char *name, struct error *err)
{
	const char *nearest =
	    text_nearest(name, config_names(config, "credential"));

	error_set(err, FAULT_CONFIG, "there is no [credential \"%.64s\"]%s%s%s",
	    name, nearest == NULL ? "" : "; did you mean \"",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
	return error_at(err, STAGE_CONFIG);
}

int
road_append(struct road *road, const struct exchange *exchange,
    const char *credential, const struct settings *settings, struct error *err)
{
	struct step *step = &road->steps[road->count];

	if (road->count >= ROAD_STEPS)
		return error_set(err, FAULT_CONFIG,
		    "the chain of [credential \"%s\"] is too long", credential);
	step->exchange = exchange;
	step->credential = strdup(credential);
	step->settings =
	    settings == NULL ? settings_new() : settings_copy(settings);
	road->count++;
	if (step->credential == NULL || step->settings == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory for a road");
	step->yields = exchange_yields(exchange, step->settings);
	return 0;
}

/* The settings of a chain's credentials, from its end to its beginning. */
struct walk {
	size_t count;
	const char *names[ROAD_STEPS];
	const struct settings *settings[ROAD_STEPS];
};

static int
walk(const struct config *config, const char *name, struct walk *walk,
    struct error *err)
{
	while (name != NULL && strcmp(name, built_in) != 0) {
		const struct settings **settings = &walk->settings[walk->count];

		if (walk->count >= ROAD_STEPS - 2)
			return error_set(err, FAULT_CONFIG,
			    "[credential \"%s\"]: its `from` goes in a circle "
			    "or is too long a chain",
			    walk->names[0]);
		if (config_section(config, "credential", name, settings, err) ==
		    -1)
			return error_at(err, STAGE_CONFIG);
		if (*settings == NULL)
			return no_credential(config, name, err);
		walk->names[walk->count++] = name;
		name = settings_get(*settings, "from");
	}
	return 0;
}

int
road_chain(const struct config *config, struct chain *chain, struct road *road,
    struct error *err)
{
	struct walk found = {0};

	if (walk(config, chain->credential, &found, err) == -1)
		return -1;
	if (found.count > 0)
		chain->identity =
		    settings_get(found.settings[found.count - 1], "identity");
	for (size_t i = found.count; i-- > 0;) {
		const char *name = settings_get(found.settings[i], "exchange");
		const struct exchange *exchange =
		    name == NULL ? NULL : exchange_named(name);

		if (exchange == NULL)
			return error_set(err, FAULT_CONFIG,
			    "[credential \"%s\"] names no known exchange",
			    found.names[i]);
		if (road_append(road, exchange, found.names[i],
			found.settings[i], err) == -1)
			return -1;
	}
	return 0;
}

static bool
leads_to(const struct exchange *exchange, const char *host)
{
	const char *const *pattern = exchange->hosts;

	for (; pattern != NULL && *pattern != NULL; pattern++)
		if (text_glob_host(*pattern, host))
			return true;
	return false;
}

static const struct exchange *
find_bridge(const struct road *road, unsigned kinds)
{
	unsigned yields = road_last(road)->yields;

	for (size_t i = 0; exchanges[i] != NULL; i++)
		if ((exchanges[i]->takes & yields) != 0 &&
		    (exchanges[i]->yields & kinds) != 0 &&
		    leads_to(exchanges[i], road->target.host))
			return exchanges[i];
	return NULL;
}

static int
no_bridge(const struct road *road, struct error *err)
{
	const struct step *last = road_last(road);

	error_set(err, FAULT_CONFIG,
	    "[credential \"%s\"] yields %s, which %s cannot use%s%s",
	    last->credential == NULL ? built_in : last->credential,
	    kind_name(last->yields), road->tool,
	    road->target.text[0] == '\0' ? "" : " for ", road->target.text);
	return error_at(err, STAGE_CONFIG);
}

int
road_add_bridge(const struct config *config, struct road *road,
    const struct exchange *bridge, struct error *err)
{
	const struct settings *settings = NULL;
	size_t at = road->count;

	if (config_section(config, "exchange", bridge->name, &settings, err) ==
	    -1)
		return error_at(err, STAGE_CONFIG);
	if (road_append(road, bridge, bridge->name, settings, err) == -1)
		return -1;
	road->steps[at].is_bridge = true;
	return 0;
}

int
road_bridge(const struct config *config, struct road *road, unsigned kinds,
    struct error *err)
{
	const struct exchange *bridge = find_bridge(road, kinds);
	const struct step *last = road_last(road);

	if (bridge == NULL || bridge == last->exchange)
		return (last->yields & kinds) != 0 ? 0 : no_bridge(road, err);
	return road_add_bridge(config, road, bridge, err);
}
