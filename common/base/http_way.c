/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/http_inner.h"
#include "base/text.h"

static const char *const words[HTTP_TROUBLE_COUNT] = {
    [HTTP_TROUBLE_NONE] = "none",
    [HTTP_TROUBLE_URL] = "url",
    [HTTP_TROUBLE_NAME] = "name",
    [HTTP_TROUBLE_CONNECT] = "connect",
    [HTTP_TROUBLE_TIME] = "time",
    [HTTP_TROUBLE_PROXY_NAME] = "proxy-name",
    [HTTP_TROUBLE_PROXY_CONNECT] = "proxy-connect",
    [HTTP_TROUBLE_PROXY_LOGIN] = "proxy-login",
    [HTTP_TROUBLE_PROXY_REFUSED] = "proxy-refused",
    [HTTP_TROUBLE_TRUST] = "trust",
    [HTTP_TROUBLE_EXPIRED] = "expired",
    [HTTP_TROUBLE_EARLY] = "early",
    [HTTP_TROUBLE_OTHER_HOST] = "other-host",
    [HTTP_TROUBLE_TLS] = "tls",
};

const char *
http_trouble_word(enum http_trouble trouble)
{
	return words[trouble];
}

/* host:port of a proxy's URL; a user and a password may come before it. */
static void
name_proxy(struct http_way *way, const char *variable, const char *url)
{
	const char *scheme = strstr(url, "://"), *at;
	const char *host = scheme == NULL ? url : scheme + 3;
	size_t length = strcspn(host, "/?#");
	char text[HTTP_PROXY_TEXT];

	at = memrchr(host, '@', length);
	if (at != NULL) {
		length -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	snprintf(text, sizeof(text), "%.*s (%s)", (int)length, host, variable);
	text_printable(way->proxy, sizeof(way->proxy), text, strlen(text));
}

/* What libcurl takes hangs on scheme, no_proxy and the order of names. It
 * tells which variable it has taken, and nobody can tell it better. */
void
http_way_hear(struct http_way *way, const char *said, size_t length)
{
	static const char begin[] = "Uses proxy env variable ";
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY",
	    "http_proxy", "all_proxy", "ALL_PROXY"};
	size_t skip = sizeof(begin) - 1;

	if (length <= skip || memcmp(said, begin, skip) != 0)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = secure_getenv(names[i]);
		size_t wanted = strlen(names[i]);

		if (value != NULL && length - skip > wanted &&
		    memcmp(said + skip, names[i], wanted) == 0 &&
		    said[skip + wanted] == ' ')
			name_proxy(way, names[i], value);
	}
}

int
http_reach(struct http *http, const struct http_request *request,
    struct http_way *way, struct error *err)
{
	struct http_request asked = {.method = "GET",
	    .url = request->url,
	    .socket = request->socket,
	    .link_local = request->link_local,
	    .no_retry = true,
	    .connects = true};
	struct http_reply reply = {.retry_after = -1};
	struct http_url url;
	bool again;
	int result;

	*way = (struct http_way){.trouble = HTTP_TROUBLE_URL};
	if (http_request_allowed(&asked, &url, err) == -1)
		return -1;
	way->trouble = HTTP_TROUBLE_NONE;
	http->way = way;
	result = http_try(http, &asked, &reply, &again, err);
	http->way = NULL;
	return result;
}
