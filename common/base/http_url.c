/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/http_inner.h"
#include "base/text.h"

/* What RFC 3986 allows, but for `#`: a fragment is never sent, so one in a
 * URL that we are to ask is a mistake. */
static bool
is_url_text(const char *url)
{
	for (; *url != '\0'; url++)
		if (*url <= ' ' || *url > '~' ||
		    strchr("\"#<>\\^`{|}", *url) != NULL)
			return false;
	return true;
}

static bool
is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return strcmp(host, "localhost") == 0;
}

/* Others read a host that ends in a number as an IPv4 address, in spellings
 * (0x7f.1, 2130706433, 0177.0.0.1) that we do not know: only the usual one is
 * taken, so that no other reader sees another host. */
static bool
ends_in_number(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot == NULL ? host : dot + 1;

	return strncmp(last, "0x", 2) == 0 ||
	       strspn(last, "0123456789") == strlen(last);
}

static bool
is_host(const char *host, bool bracketed)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (bracketed)
		return inet_pton(AF_INET6, host, &v6) == 1;
	if (ends_in_number(host))
		return inet_pton(AF_INET, host, &v4) == 1;
	return *host != '\0' && *host != '.' &&
	       strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-._") ==
		   strlen(host);
}

static int
read_scheme(const char **at, struct http_url *parts)
{
	if (strncasecmp(*at, "https://", 8) == 0) {
		strcpy(parts->scheme, "https");
		parts->port = 443;
		*at += 8;
		return 0;
	}
	if (strncasecmp(*at, "http://", 7) == 0) {
		strcpy(parts->scheme, "http");
		parts->port = 80;
		*at += 7;
		return 0;
	}
	return -1;
}

static int
read_host(const char **at, struct http_url *parts)
{
	bool bracketed = **at == '[';
	const char *start = *at + bracketed;
	size_t length = strcspn(start, bracketed ? "]" : ":/?");

	if (length >= sizeof(parts->host))
		return -1;
	for (size_t i = 0; i < length; i++)
		parts->host[i] = (char)tolower((unsigned char)start[i]);
	parts->host[length] = '\0';
	*at = start + length;
	if (bracketed && *(*at)++ != ']')
		return -1;
	parts->loopback = is_loopback(parts->host);
	return is_host(parts->host, bracketed) ? 0 : -1;
}

static int
read_port(const char **at, struct http_url *parts)
{
	char digits[6];
	size_t length;
	int64_t port;

	if (**at != ':')
		return 0;
	length = strcspn(++*at, "/?");
	if (length >= sizeof(digits))
		return -1;
	memcpy(digits, *at, length);
	digits[length] = '\0';
	*at += length;
	if ((port = text_number(digits, 65535)) < 1)
		return -1;
	parts->port = (unsigned)port;
	return 0;
}

int
http_url_read(const char *url, struct http_url *parts, struct error *err)
{
	const char *at = url, *user;

	memset(parts, 0, sizeof(*parts));
	if (!is_url_text(url))
		return error_set(err, FAULT_CONFIG,
		    "a URL with a fragment, or a character that it must "
		    "not have");
	if (read_scheme(&at, parts) == -1)
		return error_set(
		    err, FAULT_CONFIG, "a URL that is not https://");
	user = at + strcspn(at, "@/?");
	if (*user == '@')
		return error_set(
		    err, FAULT_CONFIG, "a URL that holds a user name");
	if (read_host(&at, parts) == -1)
		return error_set(
		    err, FAULT_CONFIG, "a URL whose host cannot be read");
	if (read_port(&at, parts) == -1 ||
	    (*at != '\0' && *at != '/' && *at != '?'))
		return error_set(
		    err, FAULT_CONFIG, "a URL whose port cannot be read");
	return 0;
}

static int
no_plain_http(const char *host, struct error *err)
{
	return error_set(err, FAULT_CONFIG,
	    "http to %s is not allowed: only https, or http to a loopback "
	    "address",
	    host);
}

int
http_allowed(const char *url, struct error *err)
{
	struct http_url parts;

	if (http_url_read(url, &parts, err) == -1)
		return -1;
	if (strcmp(parts.scheme, "https") == 0 || parts.loopback)
		return 0;
	return no_plain_http(parts.host, err);
}

bool
http_loopback(const char *authority)
{
	struct http_url parts = {.loopback = false};
	char url[512];

	if (strcspn(authority, "/?") < strlen(authority) ||
	    strlen(authority) > sizeof(url) - sizeof("http://"))
		return false;
	snprintf(url, sizeof(url), "http://%s", authority);
	return http_url_read(url, &parts, NULL) == 0 && parts.loopback;
}

/* An address that is compiled in, and a unix socket, stay on this machine. */
int
http_request_allowed(const struct http_request *request, struct http_url *parts,
    struct error *err)
{
	if (request->link_local || request->socket != NULL)
		return http_url_read(request->url, parts, err);
	if (http_allowed(request->url, err) == -1)
		return -1;
	return http_url_read(request->url, parts, err);
}

const char *
http_host(const char *url, char *host, size_t size)
{
	bool bracketed, usual;
	struct http_url parts;
	char port[8] = "";

	if (http_url_read(url, &parts, NULL) == -1) {
		snprintf(host, size, "(unusable URL)");
		return host;
	}
	usual = parts.port == (strcmp(parts.scheme, "https") == 0 ? 443 : 80);
	if (!usual)
		snprintf(port, sizeof(port), ":%u", parts.port);
	bracketed = strchr(parts.host, ':') != NULL;
	snprintf(host, size, "%s%s%s%s", bracketed ? "[" : "", parts.host,
	    bracketed ? "]" : "", port);
	return host;
}

int
http_origin(const char *url, char *origin, size_t size)
{
	struct http_url parts;
	char host[300];
	int wrote;

	if (http_url_read(url, &parts, NULL) == -1)
		return -1;
	wrote = snprintf(origin, size, "%s://%s/", parts.scheme,
	    http_host(url, host, sizeof(host)));
	return wrote < 0 || (size_t)wrote >= size ? -1 : 0;
}

int
http_redirected(const char *host, const char *to, struct error *err)
{
	struct http_url parts;
	char place[300];

	if (to == NULL || http_url_read(to, &parts, NULL) == -1)
		return error_set(err, FAULT_REFUSED,
		    "%s redirects elsewhere: redirects are not followed", host);
	return error_set(err, FAULT_REFUSED,
	    "%s redirects to %s://%s/...: redirects are not followed", host,
	    parts.scheme, http_host(to, place, sizeof(place)));
}
