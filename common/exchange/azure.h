/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_AZURE_H
#define DAYPASS_EXCHANGE_AZURE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/settings.h"
#include "base/http.h"
#include "exchange/cause.h"

/* The end of a scope: all that an application was given in a resource. */
#define AZURE_DEFAULT "/.default"

/* azure-authority.c: what Entra's refusals mean, and which of them are worth
 * another try (as http_request has it). */
extern const struct cause azure_causes[];
bool azure_again(const struct http_reply *reply);

/* What the Azure exchanges share: the clouds, by the names that `az cloud
 * list` gives them. */
struct azure_cloud {
	const char *name;
	const char *authority; /* the host that signs in */
	const char *audience;  /* of the id token that is traded in */
	const char *resource;  /* whose tokens Azure Resource Manager takes */
	const char *registry;  /* the end of its registries' names */
};

/* That of the setting `cloud`, AzureCloud if there is none. NULL:
 * FAULT_CONFIG. */
const struct azure_cloud *azure_cloud(
    const struct settings *settings, struct error *err);

/* The cloud that this host is a registry of (NAME.azurecr.io and its like),
 * or NULL. */
const struct azure_cloud *azure_registry(const char *host);

/* Is it 8-4-4-4-12 hexadecimal digits? */
bool azure_is_guid(const char *text);

#endif
