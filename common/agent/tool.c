/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/tool.h"
#include "base/text.h"
#include "exchange/credential.h"

#define TOKENS (KIND_ID_TOKEN | KIND_BEARER)

static const struct tool tools[] = {
    {"git", KIND_BASIC | TOKENS, target_url},
    {"docker", KIND_BASIC | TOKENS, target_docker},
    {"aws", KIND_AWS, target_word},
    {"gcloud", KIND_ID_TOKEN, target_word},
    {"nats", TOKENS, target_url},
    {"function", TOKENS, target_url},
    {"token", KIND_ANY, target_url},
};

const struct tool *
tool_named(const char *name)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (strcmp(tools[i].name, name) == 0)
			return &tools[i];
	return NULL;
}

/* Cloud Functions share a host, so that a function's URL has its name in it,
 * which is all that its token is for, also where more of a path follows;
 * everything else has an origin of its own. */
static void
function_audience(const struct target *target, struct buffer *audience)
{
	char authority[300];

	buffer_printf(audience, "%s://%s", target->scheme,
	    target_authority(target, authority, sizeof(authority)));
	if (text_ends(target->host, ".cloudfunctions.net") &&
	    target->path[0] != '\0')
		buffer_printf(audience, "/%.*s",
		    (int)strcspn(target->path, "/"), target->path);
}

void
tool_audience(const struct tool *tool, const struct target *target,
    struct buffer *audience)
{
	char authority[300];

	if (strcmp(tool->name, "gcloud") == 0)
		buffer_printf(audience, "%s%s",
		    text_starts(target->text, "//") ? "https:" : "",
		    target->text);
	else if (strcmp(tool->name, "function") == 0)
		function_audience(target, audience);
	else if (strcmp(tool->name, "nats") == 0)
		buffer_add_string(audience, target->host);
	else if (strcmp(tool->name, "git") == 0 ||
		 strcmp(tool->name, "docker") == 0)
		buffer_printf(audience, "https://%s",
		    target_authority(target, authority, sizeof(authority)));
}

/* No user name: any will do, but not none. Azure DevOps puts the
 * organisation's into the URLs that it shows. */
static const struct {
	const char *host;
	const char *username;
} usernames[] = {
    {"*.pkg.dev", "oauth2accesstoken"},
    {"docker.*.rep.pkg.dev", "oauth2accesstoken"},
    {"gcr.io", "oauth2accesstoken"},
    {"*.gcr.io", "oauth2accesstoken"},
    {"source.developers.google.com", "git-account"},
    {"*.googlesource.com", "git-account"},
    {"**.sourcemanager.dev", "git-account"},
    {"**.blueoryx.dev", "git-account"},
    {"**.developerconnect.dev", "git-account"},
    {"dev.azure.com", NULL},
    {"*.visualstudio.com", NULL},
    {"github.com", "x-access-token"},
    {"ghcr.io", "x-access-token"},
};

static const char *
any_username(const char *asked)
{
	return asked == NULL || *asked == '\0' ? "oauth2" : asked;
}

const char *
tool_username(
    const struct target *target, const char *exchange, const char *asked)
{
	for (size_t i = 0; i < sizeof(usernames) / sizeof(usernames[0]); i++)
		if (text_glob_host(usernames[i].host, target->host))
			return usernames[i].username == NULL
				   ? any_username(asked)
				   : usernames[i].username;
	if (exchange != NULL && strcmp(exchange, "octo-sts") == 0)
		return "x-access-token";
	return "oauth2";
}
