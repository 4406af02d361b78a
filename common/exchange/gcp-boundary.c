/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "exchange/gcp.h"

/*
 * A Credential Access Boundary, as Google writes it into a file:
 *
 *	{"accessBoundary": {"accessBoundaryRules": [{
 *	  "availableResource": "//storage.googleapis.com/projects/_/buckets/B",
 *	  "availablePermissions": ["inRole:roles/storage.objectViewer"],
 *	  "availabilityCondition": {"expression": "...", "title": "..."}}]}}
 *
 * A name that is spelt wrong here would be a limit that is not there, so what
 * is not known is refused.
 */
#define RULES "accessBoundary/accessBoundaryRules"
#define RULES_MAX 10
#define BOUNDARY_MAX (16 * 1024)
#define BUCKET "/projects/_/buckets/"
#define NAME "abcdefghijklmnopqrstuvwxyz0123456789-_."

static const char *const rule_names[] = {
    "availableResource", "availablePermissions", "availabilityCondition", NULL};
static const char *const condition_names[] = {
    "expression", "title", "description", NULL};

static int
wrong(size_t rule, struct error *err, const char *what)
{
	return error_set(
	    err, FAULT_CONFIG, "boundary: rule %zu: %s", rule + 1, what);
}

/* //storage.googleapis.com/projects/_/buckets/NAME, or that of a universe. */
static bool
is_bucket(const char *resource)
{
	const char *name;
	size_t length;

	if (!text_starts(resource, "//storage.") ||
	    (name = strstr(resource, BUCKET)) == NULL ||
	    strchr(resource + 2, '/') != name)
		return false;
	name += strlen(BUCKET);
	length = strlen(name);
	return length >= 3 && length <= 222 && strspn(name, NAME) == length;
}

static bool
are_roles(const struct json *json, const char *path)
{
	const char *role;
	size_t count;

	if (!json_count(json, path, &count) || count == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!json_element(json, path, i, &role) ||
		    !text_starts(role, "inRole:") ||
		    strstr(role, "roles/") == NULL)
			return false;
	return true;
}

static int
check_condition(
    const struct json *json, const char *base, size_t rule, struct error *err)
{
	const char *expression;
	char path[128];

	snprintf(path, sizeof(path), "%s/availabilityCondition", base);
	if (!json_only(json, path, condition_names))
		return wrong(rule, err,
		    "availabilityCondition is no object of expression, title "
		    "and description");
	snprintf(
	    path, sizeof(path), "%s/availabilityCondition/expression", base);
	if (!json_string(json, path, &expression) || *expression == '\0')
		return wrong(
		    rule, err, "availabilityCondition has no expression");
	return 0;
}

static int
check_rule(const struct json *json, size_t rule, struct error *err)
{
	static const char *const plain[] = {
	    "availableResource", "availablePermissions", NULL};
	const char *resource;
	char base[64], path[128];

	snprintf(base, sizeof(base), RULES "/%zu", rule);
	if (!json_only(json, base, rule_names))
		return wrong(rule, err,
		    "it may hold availableResource, availablePermissions and "
		    "availabilityCondition");
	snprintf(path, sizeof(path), "%s/availableResource", base);
	if (!json_string(json, path, &resource) || !is_bucket(resource))
		return wrong(rule, err,
		    "availableResource is no bucket "
		    "(//storage.googleapis.com" BUCKET "NAME)");
	snprintf(path, sizeof(path), "%s/availablePermissions", base);
	if (!are_roles(json, path))
		return wrong(rule, err,
		    "availablePermissions is no list of roles "
		    "(inRole:roles/storage.objectViewer)");
	if (json_only(json, base, plain))
		return 0;
	return check_condition(json, base, rule, err);
}

static int
check_rules(const struct json *json, struct error *err)
{
	static const char *const outer[] = {"accessBoundary", NULL};
	static const char *const inner[] = {"accessBoundaryRules", NULL};
	size_t count;

	if (!json_only(json, "", outer) ||
	    !json_only(json, "accessBoundary", inner) || !json_has(json, RULES))
		return error_set(err, FAULT_CONFIG,
		    "boundary is no {\"accessBoundary\": "
		    "{\"accessBoundaryRules\": [...]}} with 1 to %d rules",
		    RULES_MAX);
	if (!json_count(json, RULES, &count) || count > RULES_MAX)
		return error_set(err, FAULT_CONFIG,
		    "boundary has more than %d rules", RULES_MAX);
	for (size_t i = 0; i < count; i++)
		if (check_rule(json, i, err) == -1)
			return -1;
	return 0;
}

int
gcp_check_boundary(const struct settings *settings, struct error *err)
{
	const char *boundary = settings_get(settings, "boundary");
	scoped(json) struct json *json = NULL;

	if (boundary == NULL)
		return error_set(err, FAULT_CONFIG,
		    "boundary is missing: a Credential Access Boundary, as "
		    "JSON");
	if (strlen(boundary) > BOUNDARY_MAX)
		return error_set(err, FAULT_CONFIG,
		    "boundary has more than %d bytes", BOUNDARY_MAX);
	if ((json = json_parse(boundary, strlen(boundary), err)) != NULL)
		return check_rules(json, err);
	if (err != NULL && err->fault == FAULT_REFUSED)
		err->fault = FAULT_CONFIG;
	return error_in(err, "boundary");
}
