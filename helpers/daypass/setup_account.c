/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "helpers/daypass/setup_account.h"
#include "helpers/daypass/setup_wanted.h"

static bool
is_exchange(const struct section *section, const char *name)
{
	const char *exchange = settings_get(section->settings, "exchange");

	return strcmp(section->word, "credential") == 0 &&
	       section->name != NULL && section->mistake == NULL &&
	       section->redefines == NULL && exchange != NULL &&
	       strcmp(exchange, name) == 0;
}

/* The federation that a section is, or goes on from; NULL: neither. */
static const struct section *
federation_of(const struct config *config, const struct section *section)
{
	const struct section *from;

	if (is_exchange(section, "gcp-federation"))
		return section;
	if (!is_exchange(section, "gcp-service-account"))
		return NULL;
	from = setup_wanted_credential(config, section, "from");
	return from != NULL && is_exchange(from, "gcp-federation") ? from
								   : NULL;
}

static bool
is_leaf(const struct config *config, const struct section *section)
{
	const struct sections *sections = config_sections(config);

	for (size_t i = 0; i < sections->count; i++) {
		const struct section *other = sections->list[i];
		const char *from = settings_get(other->settings, "from");

		if (other != section && from != NULL &&
		    strcmp(from, section->name) == 0 &&
		    federation_of(config, other) != NULL)
			return false;
	}
	return true;
}

static void
add_member(struct buffer *out, const char *name, const char *value)
{
	buffer_printf(out, ",\n  \"%s\": ", name);
	json_quote(out, value);
}

/* One that is cut off would be another. */
static void
add_url(struct buffer *out, const char *name, const struct buffer *url)
{
	add_member(out, name, buffer_text(url));
	out->failed |= buffer_failed(url);
}

/* Where an API of Google's is: its `endpoint`, else SERVICE.UNIVERSE. */
static void
add_base(struct buffer *out, const struct section *section, const char *service)
{
	const char *endpoint = settings_get(section->settings, "endpoint");
	const char *universe = settings_get(section->settings, "universe");
	size_t length;

	if (endpoint == NULL) {
		buffer_printf(out, "https://%s.%s", service,
		    universe != NULL ? universe : "googleapis.com");
		return;
	}
	for (length = strlen(endpoint);
	     length > 0 && endpoint[length - 1] == '/';)
		length--;
	buffer_add(out, endpoint, length);
}

static void
add_impersonation(struct buffer *out, const struct section *section)
{
	scoped(buffer) struct buffer url = BUFFER(4096);
	const char *quota = settings_get(section->settings, "quota-project");

	add_base(&url, section, "iamcredentials");
	buffer_printf(&url,
	    "/v1/projects/-/serviceAccounts/%s:generateAccessToken",
	    settings_get(section->settings, "service-account"));
	add_url(out, "service_account_impersonation_url", &url);
	if (quota != NULL)
		add_member(out, "quota_project_id", quota);
}

static void
write_account(struct buffer *out, const struct section *section,
    const struct section *federation, const char *helper)
{
	scoped(buffer) struct buffer url = BUFFER(4096);
	const char *universe = settings_get(federation->settings, "universe");

	buffer_add_string(out, "{\n  \"type\": \"external_account\"");
	add_member(
	    out, "audience", settings_get(federation->settings, "audience"));
	add_member(
	    out, "subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
	add_base(&url, federation, "sts");
	buffer_add_string(&url, "/v1/token");
	add_url(out, "token_url", &url);
	if (universe != NULL)
		add_member(out, "universe_domain", universe);
	if (section != federation)
		add_impersonation(out, section);
	buffer_add_string(out, ",\n  \"credential_source\": {\n"
			       "    \"executable\": {\n      \"command\": ");
	json_quote(out, helper);
	buffer_add_string(
	    out, ",\n      \"timeout_millis\": 30000\n    }\n  }\n}\n");
}

static const char *
reason_against(const struct section *section, const struct section *federation)
{
	const char *audience = settings_get(federation->settings, "audience");

	if (strstr(audience, "/workforcePools/") != NULL)
		return "a workforce pool's file needs a project of the "
		       "person's: gcloud iam workforce-pools "
		       "create-cred-config writes it";
	if (section != federation &&
	    settings_get(section->settings, "delegate") != NULL)
		return "a credential file knows no delegates";
	return NULL;
}

int
setup_account_next(const struct config *config, const char *helper, size_t *i,
    struct setup_account *account, struct error *err)
{
	const struct sections *sections = config_sections(config);
	const struct section *federation = NULL, *section = NULL;
	const char *why;

	while (federation == NULL && *i < sections->count) {
		section = sections->list[(*i)++];
		federation = federation_of(config, section);
	}
	if (federation == NULL)
		return 0;
	*account = (struct setup_account){.name = section->name,
	    .is_leaf = is_leaf(config, section),
	    .text = BUFFER(16384)};
	if ((why = reason_against(section, federation)) != NULL) {
		snprintf(account->why, sizeof(account->why), "%s", why);
		return 1;
	}
	write_account(&account->text, section, federation, helper);
	if (!buffer_failed(&account->text))
		return 1;
	buffer_free(&account->text);
	return error_set(err, FAULT_SYSTEM, "no memory");
}

bool
setup_account_any(const struct config *config)
{
	const struct sections *sections = config_sections(config);

	for (size_t i = 0; i < sections->count; i++)
		if (federation_of(config, sections->list[i]) != NULL)
			return true;
	return false;
}
