/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "helpers/callout/map.h"
#include "helpers/callout/subject.h"

void
map_clear(struct map *map)
{
	for (size_t i = 0; i < map->claim_count; i++) {
		free(map->claims[i].name);
		shape_free(map->claims[i].shape);
	}
	map->claim_count = 0;
}

/* NAME=SHAPE; a name may be a path. */
static int
read_claim(struct map *map, const char *value, struct error *err)
{
	const char *equals = strchr(value, '=');
	struct map_claim claim;
	struct error why = {.fault = FAULT_NONE};

	if (equals == NULL || equals == value)
		return error_set(err, FAULT_CONFIG,
		    "`claim`: `%.100s` is not NAME=SHAPE", value);
	if (map->claim_count == MAP_CLAIMS)
		return error_set(err, FAULT_CONFIG,
		    "`claim`: more than %d of them", MAP_CLAIMS);
	claim.name = strndup(value, (size_t)(equals - value));
	claim.shape = shape_new(equals + 1, &why);
	if (claim.name != NULL && claim.shape != NULL) {
		map->claims[map->claim_count++] = claim;
		return 0;
	}
	free(claim.name);
	shape_free(claim.shape);
	if (why.fault != FAULT_CONFIG)
		return error_set(err, FAULT_SYSTEM, "no memory");
	return error_set(
	    err, FAULT_CONFIG, "`claim`: `%.100s` %s", equals + 1, why.text);
}

/* All names that its shapes capture, as if of an empty value. */
static int
collect_names(const struct map *map, struct captures *names, struct error *err)
{
	const char *name;
	size_t length;

	for (size_t i = 0; i < map->claim_count; i++)
		for (size_t j = 0; (name = shape_name(map->claims[i].shape, j,
					&length)) != NULL;
		     j++) {
			if (captures_find(names, name, length) != NULL)
				return error_set(err, FAULT_CONFIG,
				    "`claim`: {%.*s} is captured twice",
				    (int)length, name);
			if (names->count == CAPTURES_MAX)
				return error_set(err, FAULT_CONFIG,
				    "`claim`: more than %d captures",
				    CAPTURES_MAX);
			names->list[names->count++] =
			    (struct capture){name, length, "", 0};
		}
	return 0;
}

static const char *const subject_keys[] = {
    "publish", "subscribe", "deny-publish", "deny-subscribe", NULL};

static int
check_subjects(
    const struct map *map, const struct captures *names, struct error *err)
{
	struct error why;

	for (int i = 0; subject_keys[i] != NULL; i++)
		settings_each (each, map->settings, subject_keys[i])
			if (subject_check(each->value,
				strstr(subject_keys[i], "subscribe") != NULL,
				&why) == -1 ||
			    subject_check_names(each->value, names, &why) == -1)
				return error_set(err, FAULT_CONFIG,
				    "`%s`: `%.120s` %s", each->key, each->value,
				    why.text);
	return 0;
}

static bool
is_used(const struct map *map, const struct capture *capture)
{
	for (int i = 0; subject_keys[i] != NULL; i++)
		settings_each (each, map->settings, subject_keys[i])
			if (subject_uses(each->value, capture->name,
				capture->name_length))
				return true;
	return false;
}

/* A capture that nobody uses is a subject that was forgotten. */
static int
check_uses(
    const struct map *map, const struct captures *names, struct error *err)
{
	for (size_t i = 0; i < names->count; i++)
		if (!is_used(map, &names->list[i]))
			return error_set(err, FAULT_CONFIG,
			    "{%.*s} is captured, but in no subject: write * "
			    "in its place",
			    (int)names->list[i].name_length,
			    names->list[i].name);
	return 0;
}

int
map_read(struct map *map, const char *name, const struct settings *settings,
    struct error *err)
{
	struct captures names = {.count = 0};
	const char *life = settings_get(settings, "max-life");

	*map = (struct map){.name = name, .settings = settings};
	if (life != NULL)
		map->max_life = clock_parse_duration(life);
	settings_each (each, settings, "claim")
		if (read_claim(map, each->value, err) == -1)
			return -1;
	if (collect_names(map, &names, err) == -1 ||
	    check_subjects(map, &names, err) == -1)
		return -1;
	return check_uses(map, &names, err);
}

static bool
is_for(const struct map *map, const char *issuer)
{
	bool any = true;

	settings_each (each, map->settings, "issuer") {
		if (strcmp(each->value, issuer) == 0)
			return true;
		any = false;
	}
	return any;
}

/* A string; a list of strings, of which one will do; a boolean by its word. */
static bool
claim_matches(const struct map_claim *claim, const struct json *claims,
    struct captures *captures)
{
	size_t count = 0, before = captures->count;
	const char *text;
	bool truth;

	if (json_boolean(claims, claim->name, &truth))
		return shape_match(
		    claim->shape, truth ? "true" : "false", captures);
	json_count(claims, claim->name, &count);
	for (size_t i = 0; i < count; i++) {
		if (json_element(claims, claim->name, i, &text) &&
		    shape_match(claim->shape, text, captures))
			return true;
		captures->count = before;
	}
	return false;
}

static bool
matches(const struct map *map, const char *issuer, const struct json *claims,
    struct captures *captures)
{
	captures->count = 0;
	if (!is_for(map, issuer))
		return false;
	for (size_t i = 0; i < map->claim_count; i++)
		if (!claim_matches(&map->claims[i], claims, captures))
			return false;
	return true;
}

const struct map *
map_find(const struct map *maps, size_t count, const char *issuer,
    const struct json *claims, struct captures *captures)
{
	for (size_t i = 0; i < count; i++)
		if (matches(&maps[i], issuer, claims, captures))
			return &maps[i];
	return NULL;
}
