/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/road_identity.h"
#include "agent/road_login.h"

/* NULL: it is none, or unusable. */
static struct road *
try(const struct config *config, const char *name,
    const struct message *request, struct error *err)
{
	struct road *road = calloc(1, sizeof(*road));
	char want[AROUND_WANT];

	if (road == NULL) {
		error_errno(err, "no memory for a road");
		return NULL;
	}
	road->references = 1;
	road->count = 1;
	if (road_identity(config, name, request, road, want, err) ==
		ROAD_FOUND &&
	    road->steps[0].identity->login != NULL)
		return road;
	if (err->fault == FAULT_NONE)
		error_set(err, FAULT_USAGE,
		    "[identity] source is not login: nobody logs in to it");
	error_at(err, STAGE_CONFIG);
	road_release(road);
	return NULL;
}

static struct road *
the_only_one(const struct config *config, const struct message *request,
    struct error *err)
{
	const char *const *names = config_names(config, "identity");
	struct road *found = NULL, *road;
	struct error local;

	for (; *names != NULL; names++) {
		local.fault = FAULT_NONE;
		road = try(config, *names, request, &local);
		if (road != NULL && found != NULL) {
			road_release(road);
			road_release(found);
			error_set(err, FAULT_USAGE,
			    "several identities are of the source login: name "
			    "one, as in daypass login NAME");
			error_at(err, STAGE_CONFIG);
			return NULL;
		}
		if (road != NULL)
			found = road;
	}
	return found;
}

struct road *
road_login(const struct config *config, const struct message *request,
    struct error *err)
{
	const char *name = message_get(request, "identity");
	struct road *road = try(config, name, request, err);
	struct error others = {.fault = FAULT_NONE};

	if (road != NULL || name != NULL)
		return road;
	road = the_only_one(config, request, &others);
	if (others.fault != FAULT_NONE) {
		*err = others;
		return NULL;
	}
	/* what is wrong with the default one is worth more than that */
	if (road == NULL &&
	    (err->fault == FAULT_USAGE || err->fault == FAULT_IDENTITY)) {
		error_set(err, FAULT_CONFIG,
		    "there is no identity to log in to: [identity] source = "
		    "login, with issuer and client-id");
		error_at(err, STAGE_CONFIG);
	}
	return road;
}
