/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_MAP_H
#define DAYPASS_HELPERS_CALLOUT_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/settings.h"
#include "helpers/callout/refusal.h"
#include "helpers/callout/shape.h"

/* One [map "NAME"]: whose claims, and what for. */
#define MAP_CLAIMS 16

struct map_claim {
	char *name; /* a path (base/json.h); owned */
	struct shape *shape;
};

struct map {
	const char *name;
	const struct settings *settings; /* the section's */
	struct map_claim claims[MAP_CLAIMS];
	size_t claim_count;
	int64_t max_life; /* seconds; 0: as long as the token */
};

/* Takes the section apart; what it says stays the caller's. -1: FAULT_CONFIG
 * with why, or FAULT_SYSTEM. Either way map_clear() takes what is there. */
int map_read(struct map *map, const char *name, const struct settings *settings,
    struct error *err);
void map_clear(struct map *map);

/* The first of the maps that is for this issuer and of whose shapes all the
 * claims are: what decides. NULL: none. */
const struct map *map_find(const struct map *maps, size_t count,
    const char *issuer, const struct json *claims, struct captures *captures);

#endif
