/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "exchange/exchange.h"
#include "exchange/gcp.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DOMAIN LOWER "0123456789-."

const struct exchange_absent gcp_absent[] = {
    {"boundary", "only gcp-downscope can keep to one: make a credential of "
		 "its own, with `from` this one"},
    {NULL, NULL},
};

static bool
is_made_of(const char *text, const char *letters, size_t longest)
{
	size_t length = strlen(text);

	return length > 0 && length <= longest &&
	       strspn(text, letters) == length;
}

static int
no_good(const char *key, const char *value, const char *what, struct error *err)
{
	char shown[160];

	text_printable(shown, sizeof(shown), value, strlen(value));
	return error_set(
	    err, FAULT_CONFIG, "%s '%s' is no %s", key, shown, what);
}

/* It becomes part of a host name that a token is sent to. */
static bool
is_domain(const char *text)
{
	return is_made_of(text, DOMAIN, 200) && strchr(text, '.') != NULL &&
	       strstr(text, "..") == NULL && *text != '.' && *text != '-' &&
	       !text_ends(text, ".") && !text_ends(text, "-");
}

static bool
is_scope(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f || *text == '"' ||
		    *text == '\\')
			return false;
	return true;
}

int
gcp_check_universe(const struct settings *settings, struct error *err)
{
	const char *universe = settings_get(settings, "universe");

	if (universe != NULL && !is_domain(universe))
		return no_good("universe", universe, "domain", err);
	return 0;
}

int
gcp_check(const struct settings *settings, struct error *err)
{
	const char *project = settings_get(settings, "quota-project");

	if (gcp_check_universe(settings, err) == -1)
		return -1;
	/* "example.com:project" is the old form of a domain's projects */
	if (project != NULL && !is_made_of(project, DOMAIN ":", 100))
		return no_good("quota-project", project, "project id", err);
	settings_each (setting, settings, "scope")
		if (!is_scope(setting->value))
			return no_good("scope", setting->value,
			    "scope (they look like " GCP_SCOPE
			    "; repeat the key for several)",
			    err);
	return 0;
}

int
gcp_base(const struct settings *settings, const char *service,
    struct buffer *url, struct error *err)
{
	const char *universe = settings_get(settings, "universe");
	scoped(buffer) struct buffer host = BUFFER(256);

	buffer_printf(&host, "%s.%s", service,
	    universe == NULL ? "googleapis.com" : universe);
	if (exchange_base(settings, buffer_text(&host), url, err) == -1)
		return -1;
	if (buffer_failed(&host) || buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}

int
gcp_sts_url(
    const struct settings *settings, struct buffer *url, struct error *err)
{
	if (gcp_base(settings, "sts", url, err) == -1)
		return -1;
	buffer_add_string(url, "/v1/token");
	if (buffer_failed(url))
		return error_set(err, FAULT_CONFIG, "endpoint is too long");
	return 0;
}
