/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/init.h"

/* What registries want that are somebody's; every other is asked with the
 * id token itself. */
static const struct {
	const char *host;
	const char *exchange; /* that init does not write */
} elsewhere[] = {
    {"*.azurecr.io", "azure-acr"},
    {"*.azurecr.us", "azure-acr"},
    {"*.azurecr.cn", "azure-acr"},
    {"docker.io", "docker-hub"},
    {"index.docker.io", "docker-hub"},
    {"registry-1.docker.io", "docker-hub"},
    {"quay.io", "quay"},
    {"*.jfrog.io", "jfrog"},
};

static bool
is_google(const char *host)
{
	return text_ends(host, ".pkg.dev") || strcmp(host, "gcr.io") == 0 ||
	       text_ends(host, ".gcr.io");
}

static bool
is_amazon(const char *host)
{
	return strstr(host, ".dkr.ecr") != NULL ||
	       strstr(host, ".dkr-ecr") != NULL ||
	       strcmp(host, "public.ecr.aws") == 0 ||
	       strcmp(host, "ecr-public.aws.com") == 0;
}

static const char *
needs(const char *host, const char *option, struct error *err)
{
	error_set(err, FAULT_USAGE,
	    "--registry %.200s is opened by %s: name that too", host, option);
	return NULL;
}

static const char *
check_elsewhere(const char *host, struct error *err)
{
	if (strcmp(host, "ghcr.io") == 0) {
		error_set(err, FAULT_USAGE,
		    "--registry ghcr.io takes no OpenID Connect token, and "
		    "whether it takes octo-sts's is doubtful: "
		    "docs/exchanges/octo-sts.md");
		return NULL;
	}
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (text_glob_host(elsewhere[i].host, host)) {
			error_set(err, FAULT_USAGE,
			    "--registry %.200s is opened by the exchange %s, "
			    "which init does not set up: "
			    "docs/exchanges/%s.md tells how",
			    host, elsewhere[i].exchange, elsewhere[i].exchange);
			return NULL;
		}
	return "id-token";
}

const char *
init_registry_credential(const struct wishes *wishes, struct error *err)
{
	const char *host = wishes->registry;

	if (is_google(host) && !init_is_set(wishes->provider))
		return needs(host, "--gcp PROVIDER", err);
	if (is_google(host))
		return init_is_set(wishes->service_account) ? "gcp-account"
							    : "gcp";
	if (is_amazon(host) && !init_is_set(wishes->role))
		return needs(host, "--aws ROLE", err);
	return is_amazon(host) ? "aws" : check_elsewhere(host, err);
}
