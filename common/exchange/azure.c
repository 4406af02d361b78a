/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/azure.h"

static const struct azure_cloud clouds[] = {
    {"AzureCloud", "login.microsoftonline.com", "api://AzureADTokenExchange",
	"https://management.azure.com", ".azurecr.io"},
    {"AzureUSGovernment", "login.microsoftonline.us",
	"api://AzureADTokenExchangeUSGov",
	"https://management.usgovcloudapi.net", ".azurecr.us"},
    {"AzureChinaCloud", "login.partner.microsoftonline.cn",
	"api://AzureADTokenExchangeChina",
	"https://management.chinacloudapi.cn", ".azurecr.cn"},
};

#define CLOUDS (sizeof(clouds) / sizeof(clouds[0]))

const struct azure_cloud *
azure_cloud(const struct settings *settings, struct error *err)
{
	const char *name = settings_get(settings, "cloud");
	char shown[64];

	if (name == NULL)
		return &clouds[0];
	for (size_t i = 0; i < CLOUDS; i++)
		if (strcmp(clouds[i].name, name) == 0)
			return &clouds[i];
	text_printable(shown, sizeof(shown), name, strlen(name));
	error_set(err, FAULT_CONFIG,
	    "cloud '%s' is none of AzureCloud, AzureUSGovernment and "
	    "AzureChinaCloud (for another one: endpoint, scope and "
	    "token-audience)",
	    shown);
	return NULL;
}

/* Its name becomes the host that a token is sent to. */
const struct azure_cloud *
azure_registry(const char *host)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t name = strspn(host, letters);

	if (name == 0 || *host == '-')
		return NULL;
	for (size_t i = 0; i < CLOUDS; i++)
		if (strcmp(host + name, clouds[i].registry) == 0)
			return &clouds[i];
	return NULL;
}

bool
azure_is_guid(const char *text)
{
	static const char form[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	static const char digits[] = "0123456789abcdefABCDEF";

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == 'h' ? strchr(digits, text[i]) == NULL
				   : text[i] != '-')
			return false;
	return true;
}
