/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helpers/gitrequest.h"

/* An empty value clears a list; otherwise, is this the element? */
static void
note_element(bool *is_there, bool is_it, const char *value)
{
	if (value[0] == '\0')
		*is_there = false;
	else if (is_it)
		*is_there = true;
}

/* `Bearer realm="..."`, RFC 9110 11.6.1 */
static bool
offers_bearer(const char *challenge)
{
	size_t length = strcspn(challenge, " \t,");

	return length == 6 && strncasecmp(challenge, "Bearer", 6) == 0;
}

static void
take_attribute(struct gitrequest *request, const char *key, const char *value)
{
	if (strcmp(key, "protocol") == 0)
		request->protocol = value;
	else if (strcmp(key, "host") == 0)
		request->host = value;
	else if (strcmp(key, "path") == 0)
		request->path = value;
	else if (strcmp(key, "username") == 0)
		request->username = value;
	else if (strcmp(key, "password") == 0)
		request->password = value;
	else if (strcmp(key, "credential") == 0)
		request->credential = value;
	else if (strcmp(key, "capability[]") == 0)
		note_element(
		    &request->authtype, strcmp(value, "authtype") == 0, value);
	else if (strcmp(key, "wwwauth[]") == 0)
		note_element(&request->bearer, offers_bearer(value), value);
}

static int
read_lines(struct gitrequest *request, char *line, char *end, struct error *err)
{
	char *newline, *equals;

	for (; line < end && *line != '\n'; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		if (newline == NULL)
			newline = end;
		if (newline + 1 - line > GITREQUEST_LINE_MAX)
			return error_set(err, FAULT_USAGE,
			    "git's request has a line of more than %d bytes",
			    GITREQUEST_LINE_MAX);
		*newline = '\0';
		if ((equals = strchr(line, '=')) == NULL)
			return error_set(err, FAULT_USAGE,
			    "git's request has a line without '='");
		*equals = '\0';
		take_attribute(request, line, equals + 1);
	}
	return 0;
}

bool
gitrequest_is_web(const struct gitrequest *request)
{
	return strcmp(request->protocol, "https") == 0 ||
	       strcmp(request->protocol, "http") == 0;
}

static int
check(const struct gitrequest *request, struct error *err)
{
	const char *host = request->host;

	if (request->protocol == NULL || request->protocol[0] == '\0')
		return error_set(
		    err, FAULT_USAGE, "git's request has no protocol");
	if (!gitrequest_is_web(request))
		return 0;
	if (host == NULL || host[0] == '\0')
		return error_set(err, FAULT_USAGE, "git's request has no host");
	for (; *host != '\0'; host++)
		if ((unsigned char)*host <= ' ' || *host == 0x7f ||
		    strchr("/\\@?#%\"<>^`{|}", *host) != NULL)
			return error_set(err, FAULT_USAGE,
			    "git's request has a host that is none");
	return 0;
}

int
gitrequest_read(
    struct gitrequest *request, char *bytes, size_t length, struct error *err)
{
	*request = (struct gitrequest){0};
	if (memchr(bytes, '\0', length) != NULL)
		return error_set(err, FAULT_USAGE, "git's request has a NUL");
	if (memchr(bytes, '\r', length) != NULL)
		return error_set(
		    err, FAULT_USAGE, "git's request has a carriage return");
	if (read_lines(request, bytes, bytes + length, err) == -1)
		return -1;
	return check(request, err);
}

/* git hands us the path decoded: what a URL cannot hold is encoded again, so
 * that a `?` or `#` in it does not end it. */
static int
add_path(char *url, size_t size, size_t length, const char *path)
{
	for (; *path != '\0'; path++) {
		unsigned char c = (unsigned char)*path;
		bool plain =
		    c > ' ' && c < 0x7f && strchr("%?#\"<>\\^`{|}", c) == NULL;
		int added;

		added = snprintf(
		    url + length, size - length, plain ? "%c" : "%%%02X", c);
		length += (size_t)added;
		if (length >= size)
			return -1;
	}
	return 0;
}

int
gitrequest_url(
    const struct gitrequest *request, char *url, size_t size, struct error *err)
{
	int length =
	    snprintf(url, size, "%s://%s/", request->protocol, request->host);

	if (length < 0 || (size_t)length >= size ||
	    (request->path != NULL &&
		add_path(url, size, (size_t)length, request->path) == -1))
		return error_set(err, FAULT_USAGE,
		    "git's request has too long a host or path");
	return 0;
}
