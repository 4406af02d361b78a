/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/authority.h"

#define AUTHORITY_MAX 512

static const struct {
	const char *scheme;
	const char *port;
} defaults[] = {
    {"https", "443"},
    {"http", "80"},
    {"nats", "4222"},
    {"tls", "4222"}, /* NATS with TLS from the first byte on */
    {"wss", "443"},
    {"ws", "80"},
};

static bool
is_default(const char *scheme, const char *port)
{
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (strcmp(defaults[i].scheme, scheme) == 0)
			return strcmp(defaults[i].port, port) == 0;
	return false;
}

static const char *
read_port(const char *text, struct target *target)
{
	int64_t port = text_number(text, 65535);

	if (port < 1 || text[0] == '0')
		return "has a port that is no number from 1 to 65535";
	if (is_default(target->scheme, text))
		return NULL;
	text_copy(target->port, sizeof(target->port), text);
	return NULL;
}

/* One address has many spellings; the resolver's own is the one we keep. */
static const char *
read_ipv6(char *text, char **rest, struct target *target)
{
	struct in6_addr address;
	char *end = strchr(text, ']');
	char form[INET6_ADDRSTRLEN];

	if (end == NULL)
		return "has a bracket that is not closed";
	*end = '\0';
	*rest = end + 1;
	if (inet_pton(AF_INET6, text + 1, &address) != 1 ||
	    inet_ntop(AF_INET6, &address, form, sizeof(form)) == NULL)
		return "has no IPv6 address in its brackets";
	target->host[0] = '[';
	text_copy(target->host + 1, sizeof(target->host) - 2, form);
	strcat(target->host, "]");
	return NULL;
}

static bool
is_host_byte(char c, bool globs)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_' || (globs && c == '*');
}

/* Names only as DNS knows them; others come in their punycode form. */
static const char *
read_name(const char *text, bool globs, struct target *target)
{
	char *to = target->host;
	char before = '.';

	if (strlen(text) >= sizeof(target->host))
		return "has a host that is too long";
	for (; *text != '\0'; before = *text++) {
		char c = *text;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 32);
		if (c == '.' ? before == '.' : !is_host_byte(c, globs))
			return "has a host that is no host name";
		*to++ = c;
	}
	*to = '\0';
	if (before == '.')
		return target->host[0] == '\0'
			   ? "has no host"
			   : "has a host that ends in a dot";
	return NULL;
}

static const char *
read_host(char *text, bool globs, struct target *target)
{
	const char *why;
	char *rest = NULL;

	if (text[0] == '[') {
		if ((why = read_ipv6(text, &rest, target)) != NULL)
			return why;
		if (*rest == '\0')
			return NULL;
		return *rest == ':' ? read_port(rest + 1, target)
				    : "has something behind its bracket";
	}
	if ((rest = strchr(text, ':')) != NULL)
		*rest++ = '\0';
	if ((why = read_name(text, globs, target)) != NULL)
		return why;
	return rest != NULL ? read_port(rest, target) : NULL;
}

const char *
authority_read(const char **at, bool globs, struct target *target)
{
	char text[AUTHORITY_MAX];
	size_t length = strcspn(*at, "/?");
	const char *user = memrchr(*at, '@', length);
	const char *from = user != NULL ? user + 1 : *at;
	size_t size = length - (size_t)(from - *at);

	/* Readers disagree on which of two `@` ends the user. */
	if (user != NULL && memchr(*at, '@', length) != user)
		return "holds more than one `@` before its path";
	if (globs && user != NULL)
		return "holds a user name, which cannot be bound";
	if (size >= sizeof(text))
		return "has a host that is too long";
	memcpy(text, from, size);
	text[size] = '\0';
	*at += length;
	return read_host(text, globs, target);
}
