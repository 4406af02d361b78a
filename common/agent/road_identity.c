/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/around.h"
#include "agent/road_identity.h"
#include "base/buffer.h"

/* 1: it is here; 0: it is not; -1: that cannot be told, and to go on as if it
 * were not would be to pick another identity. */
static int
probe(const struct identity *identity, const struct message *request,
    struct surroundings **around, char reason[IDENTITY_REASON_MAX],
    struct error *err)
{
	scoped(surroundings) struct surroundings *made = NULL;
	char want[AROUND_WANT];

	reason[0] = '\0';
	if (around_make(identity, NULL, request, &made, want, err) != 1)
		return -1;
	if (!identity->here(made, reason, IDENTITY_REASON_MAX))
		return 0;
	*around = take(&made);
	return 1;
}

void
road_probe(const struct message *request,
    void (*tell)(void *arg, const struct identity *identity, bool here,
	const char *reason),
    void *arg)
{
	char reason[IDENTITY_REASON_MAX];

	for (size_t i = 0; identities[i] != NULL; i++) {
		if (identities[i]->here == NULL)
			continue;
		scoped(surroundings) struct surroundings *around = NULL;
		int here = probe(identities[i], request, &around, reason, NULL);

		tell(arg, identities[i], here == 1, reason);
	}
}

/* Those of which something is here are told of with their reason, the others
 * by name: that is most of them, and `daypass doctor` tells why not. */
struct absent {
	struct buffer near;
	struct buffer far;
};

static void
absent_scoped(struct absent *absent)
{
	buffer_free(&absent->near);
	buffer_free(&absent->far);
}

static void
absent_add(struct absent *absent, const struct identity *identity, bool is_near,
    const char *reason)
{
	if (is_near)
		buffer_printf(
		    &absent->near, "%s: %s; ", identity->name, reason);
	else
		buffer_printf(&absent->far, "%s%s",
		    absent->far.length == 0 ? "" : ", ", identity->name);
}

static const struct identity *
none_here(const struct absent *absent, struct error *err)
{
	error_set(err, FAULT_IDENTITY,
	    "this workspace has no identity that is known (%snone of %s): "
	    "name one with [identity] source",
	    buffer_text(&absent->near), buffer_text(&absent->far));
	return NULL;
}

static const struct identity *
find_here(const struct message *request, struct surroundings **around,
    struct error *err)
{
	scoped(absent) struct absent absent = {
	    BUFFER(ERROR_TEXT_MAX / 2), BUFFER(ERROR_TEXT_MAX / 4)};
	char reason[IDENTITY_REASON_MAX];

	for (size_t i = 0; identities[i] != NULL; i++) {
		if (identities[i]->here == NULL)
			continue;
		switch (probe(identities[i], request, around, reason, err)) {
		case 1:
			return identities[i];
		case -1:
			return NULL;
		}
		absent_add(&absent, identities[i],
		    around_any(identities[i], request), reason);
	}
	return none_here(&absent, err);
}

/* `file = PATH` alone says which source is meant, and so do its like: probing
 * for another would hand out somebody else's token. NULL: none of them is
 * there, or (with *err set) several are. */
static const char *
implied_source(const struct settings *settings, struct error *err)
{
	static const char *const keys[][2] = {
	    {"file", "file"}, {"variable", "env"}, {"command", "command"},
	    {"issuer", "login"}};
	const char *source = NULL;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (settings_get(settings, keys[i][0]) == NULL)
			continue;
		if (source != NULL) {
			error_set(err, FAULT_CONFIG,
			    "[identity] has more than one of file, variable, "
			    "command and issuer: say which with source");
			return NULL;
		}
		source = keys[i][1];
	}
	return source;
}

static const struct identity *
choose(const struct settings *settings, const struct message *request,
    struct surroundings **around, struct error *err)
{
	const char *source = settings_get(settings, "source");
	const struct identity *identity;

	if (source == NULL || strcmp(source, "auto") == 0) {
		err->fault = FAULT_NONE;
		source = implied_source(settings, err);
		if (source == NULL)
			return err->fault == FAULT_NONE
				   ? find_here(request, around, err)
				   : NULL;
	}
	if ((identity = identity_named(source)) == NULL)
		error_set(err, FAULT_CONFIG,
		    "[identity] source: there is no identity '%s'", source);
	return identity;
}

enum road_result
road_identity(const struct config *config, const char *name,
    const struct message *request, struct road *road, char want[AROUND_WANT],
    struct error *err)
{
	const struct settings *settings = NULL;
	struct step *step = &road->steps[0];

	if (config_section(config, "identity", name, &settings, err) == -1)
		return ROAD_WRONG;
	if (name != NULL && settings == NULL) {
		error_set(
		    err, FAULT_CONFIG, "there is no [identity \"%s\"]", name);
		return ROAD_WRONG;
	}
	if ((step->identity = choose(settings, request, &road->around, err)) ==
	    NULL)
		return ROAD_WRONG;
	step->yields = KIND_ID_TOKEN;
	step->settings = settings_copy(settings);
	step->credential = strdup("id-token");
	road->source = strdup(step->identity->name);
	if (step->settings == NULL || step->credential == NULL ||
	    road->source == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory for a road");
		return ROAD_WRONG;
	}
	if (road->around != NULL) /* of the probe that found it */
		return ROAD_FOUND;
	switch (around_make(step->identity, step->settings, request,
	    &road->around, want, err)) {
	case 1:
		return ROAD_FOUND;
	case 0:
		return ROAD_WANT;
	default:
		return ROAD_WRONG;
	}
}
