/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/init.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ACCOUNT_LENGTH 12
#define WISH_MAX 800 /* the longest role fits */
#define PROVIDER_START "//iam.googleapis.com/projects/"
#define PROVIDER_POOL "/locations/global/workloadIdentityPools/"

bool
init_is_plain(const char *text)
{
	return strspn(text, LETTERS DIGITS "-._:/@+=,") == strlen(text);
}

static bool
literal(const char **at, const char *text)
{
	bool there = text_starts(*at, text);

	*at += there ? strlen(text) : 0;
	return there;
}

/* The letters that come next, of which there must be some. */
static bool
part(const char **at, const char *letters, char *out, size_t size)
{
	size_t length = strspn(*at, letters);

	if (length == 0 || length >= size)
		return false;
	snprintf(out, size, "%.*s", (int)length, *at);
	*at += length;
	return true;
}

/* AWS's documentation of CreateRole has the letters and lengths. */
int
init_take_role(const char *arn, struct init_role *role)
{
	const char *at = arn, *name;

	if (!literal(&at, "arn:") ||
	    !part(&at, LOWER "-", role->partition, sizeof(role->partition)) ||
	    !literal(&at, ":iam::") ||
	    !part(&at, DIGITS, role->account, sizeof(role->account)) ||
	    strlen(role->account) != ACCOUNT_LENGTH || !literal(&at, ":role") ||
	    at[0] != '/' || !init_is_plain(at))
		return -1;
	name = strrchr(at, '/') + 1;
	if ((size_t)(name - at) >= sizeof(role->path))
		return -1;
	snprintf(role->path, sizeof(role->path), "%.*s", (int)(name - at), at);
	return part(&name, LETTERS DIGITS "+=,.@_-", role->name,
		   sizeof(role->name)) &&
		       *name == '\0'
		   ? 0
		   : -1;
}

int
init_take_provider(const char *provider, struct init_provider *parts)
{
	const char *at = provider;

	return literal(&at, PROVIDER_START) &&
		       part(
			   &at, DIGITS, parts->number, sizeof(parts->number)) &&
		       literal(&at, PROVIDER_POOL) &&
		       part(&at, LOWER DIGITS "-", parts->pool,
			   sizeof(parts->pool)) &&
		       literal(&at, "/providers/") &&
		       part(&at, LOWER DIGITS "-", parts->name,
			   sizeof(parts->name)) &&
		       *at == '\0'
		   ? 0
		   : -1;
}

static bool
is_role(const char *wish)
{
	struct init_role role;

	return init_take_role(wish, &role) == 0;
}

static bool
is_provider(const char *wish)
{
	struct init_provider parts;

	return init_take_provider(wish, &parts) == 0;
}

static bool
is_account(const char *wish)
{
	const char *at = strchr(wish, '@');

	return at != NULL && at != wish && strchr(at, '.') != NULL &&
	       strspn(at + 1, LOWER DIGITS "-.") == strlen(at + 1) &&
	       strspn(wish, LOWER DIGITS "-.") == (size_t)(at - wish);
}

static bool
is_owner(const char *wish)
{
	return strspn(wish, LETTERS DIGITS "-_") == strlen(wish);
}

/* As docker tells a host from a name: by a dot, a port, or `localhost`. */
static bool
is_registry(const char *wish)
{
	return strspn(wish, LETTERS DIGITS "-.:") == strlen(wish) &&
	       wish[0] != '.' && wish[0] != ':' &&
	       (strpbrk(wish, ".:") != NULL || strcmp(wish, "localhost") == 0);
}

const struct init_form init_forms[] = {
    {"--aws", "AWS role (its ARN)", "arn:aws:iam::123456789012:role/NAME",
	offsetof(struct wishes, role), is_role},
    {"--gcp", "Google workload identity provider (" PROVIDER_START "...)",
	PROVIDER_START "NUMBER" PROVIDER_POOL "POOL/providers/NAME",
	offsetof(struct wishes, provider), is_provider},
    {"--service-account", "Google service account to act as",
	"NAME@PROJECT.iam.gserviceaccount.com",
	offsetof(struct wishes, service_account), is_account},
    {"--github", "GitHub owner", "an owner's name",
	offsetof(struct wishes, owner), is_owner},
    {"--registry", "container registry (its host)", "a host",
	offsetof(struct wishes, registry), is_registry},
    {NULL, NULL, NULL, 0, NULL}};

const char **
init_wish(const struct init_form *form, struct wishes *wishes)
{
	return (const char **)(void *)((char *)wishes + form->at);
}

int
init_check_form(
    const struct init_form *form, struct wishes *wishes, struct error *err)
{
	const char *wish = *init_wish(form, wishes);

	if (!init_is_set(wish))
		return 0;
	if (strlen(wish) > WISH_MAX || !form->fits(wish))
		return error_set(err, FAULT_USAGE,
		    "%s: '%.200s' does not look like %s", form->option, wish,
		    form->looks);
	if (wish == wishes->service_account && !init_is_set(wishes->provider))
		return error_set(
		    err, FAULT_USAGE, "--service-account goes with --gcp");
	if (wish == wishes->registry &&
	    init_registry_credential(wishes, err) == NULL)
		return -1;
	return 0;
}

int
init_check(struct wishes *wishes, struct error *err)
{
	for (const struct init_form *form = init_forms; form->option != NULL;
	     form++)
		if (init_check_form(form, wishes, err) == -1)
			return -1;
	return 0;
}
