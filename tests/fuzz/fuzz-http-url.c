/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/http_inner.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
same_text(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

/* libcurl puts an IPv6 address into its shortest form, and into brackets. */
static bool
same_host(const char *theirs, const char *ours)
{
	struct in6_addr a, b;
	char bare[64];

	if (inet_pton(AF_INET6, ours, &b) != 1)
		return same_text(theirs, ours);
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(theirs + 1, "]"),
	    theirs + 1);
	return *theirs == '[' && inet_pton(AF_INET6, bare, &a) == 1 &&
	       memcmp(&a, &b, sizeof(a)) == 0;
}

static bool
same(CURLU *handle, CURLUPart part, const char *expected,
    bool (*compare)(const char *theirs, const char *ours))
{
	char *got = NULL;
	bool result;

	if (curl_url_get(handle, part, &got, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return *expected == '\0';
	result = compare(got, expected);
	curl_free(got);
	return result;
}

/* libcurl must see the same host and port, and nobody's name, in whatever we
 * let pass: else a token goes where we did not look. */
static void
check(const char *url, const struct http_url *parts)
{
	CURLU *handle = curl_url();
	char port[16];

	snprintf(port, sizeof(port), "%u", parts->port);
	if (handle != NULL &&
	    curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    (!same(handle, CURLUPART_HOST, parts->host, same_host) ||
		!same(handle, CURLUPART_PORT, port, same_text) ||
		!same(handle, CURLUPART_SCHEME, parts->scheme, same_text) ||
		!same(handle, CURLUPART_USER, "", same_text)))
		abort();
	curl_url_cleanup(handle);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *url = strndup((const char *)data, size), host[300];
	struct http_url parts;
	struct error err;

	if (url == NULL)
		return 0;
	if (http_url_read(url, &parts, &err) == 0)
		check(url, &parts);
	http_host(url, host, sizeof(host));
	http_allowed(url, &err);
	free(url);
	return 0;
}
