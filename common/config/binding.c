/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/binding.h"
#include "config/match.h"

/* A section that may be asked for a tool's targets. [gcloud] with nothing but
 * other keys binds none; with a mistake it might, and that must be heard of. */
static bool
binds(const struct section *section, const char *tool)
{
	if (section->match == NULL || section->redefines != NULL ||
	    strcmp(section->word, tool) != 0)
		return false;
	return section->mistake != NULL ||
	       settings_get(section->settings, "credential") != NULL;
}

/* The closest so far, and one of the same file that is just as close. */
struct search {
	const struct section *best;
	const struct section *rival;
};

/* At the same closeness the system's file stands. */
static void
consider(struct search *search, const struct section *section)
{
	int closer = search->best == NULL
			 ? 1
			 : match_compare(section->match, search->best->match);

	if (closer == 0 && section->origin == search->best->origin) {
		search->rival = section;
		return;
	}
	if (closer > 0 || (closer == 0 && section->origin == ORIGIN_SYSTEM)) {
		search->best = section;
		search->rival = NULL;
	}
}

static int
refuse_mistake(const struct section *section, struct error *err)
{
	error_set(err, FAULT_CONFIG, "%s", section->mistake);
	return error_at(err, STAGE_CONFIG);
}

static int
refuse_rivals(
    const struct search *search, const struct target *target, struct error *err)
{
	char a[768], b[768], text[256];
	const struct section *best = search->best;
	const struct section *rival = search->rival;

	error_set(err, FAULT_CONFIG, "%s and %s match %s equally well",
	    section_where(best, &best->begin, a, sizeof(a)),
	    section_where(rival, &rival->begin, b, sizeof(b)),
	    text_printable(
		text, sizeof(text), target->text, strlen(target->text)));
	return error_at(err, STAGE_CONFIG);
}

static void
fill(const struct section *section, struct binding *binding)
{
	const struct settings *settings = section->settings;

	*binding = (struct binding){
	    .tool = section->word,
	    .pattern = section->name != NULL ? section->name : "",
	    .credential = settings_get(settings, "credential"),
	    .audience = settings_get(settings, "audience"),
	    .username = settings_get(settings, "username"),
	    .user = match_user(section->match),
	    .has_path = match_has_path(section->match),
	};
}

int
binding_find(const struct sections *sections, const char *tool,
    const struct target *target, struct binding *binding, struct error *err)
{
	struct search search = {NULL, NULL};

	for (size_t i = 0; i < sections->count; i++)
		if (binds(sections->list[i], tool) &&
		    match_fits(sections->list[i]->match, target))
			consider(&search, sections->list[i]);
	if (search.best == NULL)
		return 0;
	if (search.best->mistake != NULL)
		return refuse_mistake(search.best, err);
	if (search.rival != NULL && search.rival->mistake != NULL)
		return refuse_mistake(search.rival, err);
	if (search.rival != NULL)
		return refuse_rivals(&search, target, err);
	fill(search.best, binding);
	return 1;
}

const char *
binding_wants_path(const struct sections *sections, const struct target *target)
{
	if (target->path[0] != '\0')
		return NULL;
	for (size_t i = 0; i < sections->count; i++) {
		const struct section *section = sections->list[i];

		if (binds(section, "git") && match_has_path(section->match) &&
		    match_same_host(section->match, target))
			return section->name;
	}
	return NULL;
}

/* A whole registry that could be asked for now. */
static bool
is_served(const struct sections *sections, const struct section *section)
{
	const struct section *credential;
	const char *name;

	if (!binds(section, "docker") || section->mistake != NULL ||
	    match_has_glob(section->match) || match_has_path(section->match))
		return false;
	name = settings_get(section->settings, "credential");
	credential = sections_find(sections, "credential", name);
	return credential == NULL || credential->mistake == NULL;
}

const char **
binding_docker_hosts(const struct sections *sections)
{
	const char **hosts = calloc(sections->count + 1, sizeof(*hosts));
	size_t count = 0;

	if (hosts == NULL)
		return NULL;
	for (size_t i = 0; i < sections->count; i++)
		if (is_served(sections, sections->list[i]))
			hosts[count++] = match_text(sections->list[i]->match);
	return hosts;
}
