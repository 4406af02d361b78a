/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/gitrequest.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever git was made to send: the host in the URL is the host that was
 * named, and nothing behind it can end it early. */
static void
check_url(const struct gitrequest *request)
{
	char url[4096];
	size_t protocol = strlen(request->protocol);
	size_t host = strlen(request->host);

	if (gitrequest_url(request, url, sizeof(url), NULL) == -1)
		return;
	if (strncmp(url + protocol + 3, request->host, host) != 0 ||
	    url[protocol + 3 + host] != '/' ||
	    strpbrk(url + protocol + 3, "?#@\r\n\\ ") !=
		strchr(url + protocol + 3 + host, '@'))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gitrequest request;
	char *bytes = malloc(size + 1);
	struct error err;

	if (bytes == NULL)
		return 0;
	memcpy(bytes, data, size);
	if (gitrequest_read(&request, bytes, size, &err) == 0)
		check_url(&request);
	free(bytes);
	return 0;
}
