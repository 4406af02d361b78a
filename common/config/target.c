/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/http.h"
#include "base/text.h"
#include "config/authority.h"
#include "config/path.h"
#include "config/target.h"

/*
 * The URL as a message may show it: nothing before an `@`, where a password
 * could stand, and nothing behind a `?`.
 */
static const char *
shown(const char *url, char *text, size_t size)
{
	const char *at = strrchr(url, '@');
	const char *from = at != NULL ? at + 1 : url;

	return text_printable(text, size, from, strcspn(from, "?"));
}

static int
refuse(const char *what, const char *why, struct error *err)
{
	char text[256];

	error_set(
	    err, FAULT_USAGE, "'%s' %s", shown(what, text, sizeof(text)), why);
	return error_at(err, STAGE_TARGET);
}

/* Bytes that mean different things to different readers of one URL. */
static const char *
forbidden(const char *url)
{
	for (const unsigned char *c = (const unsigned char *)url; *c; c++) {
		if (*c < ' ' || *c == 0x7f)
			return "holds a control byte";
		if (*c == ' ')
			return "holds a space";
		if (*c == '\\')
			return "holds a backslash";
		if (*c == '#')
			return "holds a fragment";
	}
	return NULL;
}

static const char *
read_scheme(const char **at, char *scheme, size_t size)
{
	const char *end = strstr(*at, "://");
	size_t length = end != NULL ? (size_t)(end - *at) : 0;

	if (length == 0)
		return "is no URL: it has no scheme";
	if (length >= size)
		return "has a scheme that is too long";
	for (size_t i = 0; i < length; i++) {
		char c = (*at)[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';

		if (!letter && (i == 0 || strchr("0123456789+-.", c) == NULL))
			return "is no URL: its scheme is none";
		scheme[i] = letter ? (char)(c | 32) : c;
	}
	scheme[length] = '\0';
	*at = end + 3;
	return NULL;
}

/* The canonical whole, out of the parts. */
static const char *
compose(struct target *target)
{
	char authority[sizeof(target->host) + sizeof(target->port) + 1];
	const char *parts[] = {target->scheme,
	    target->scheme[0] != '\0' ? "://" : "",
	    target_authority(target, authority, sizeof(authority)),
	    target->path[0] != '\0' ? "/" : "", target->path};
	size_t length = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (text_copy(target->text + length,
			sizeof(target->text) - length, parts[i]) == -1)
			return "is too long";
		length += strlen(parts[i]);
	}
	return NULL;
}

/* NULL, or why it is refused. */
static const char *
read_url(const char *url, bool globs, struct target *target)
{
	const char *at = url;
	const char *why;

	if ((why = forbidden(url)) != NULL)
		return why;
	if ((why = read_scheme(&at, target->scheme, sizeof(target->scheme))))
		return why;
	if ((why = authority_read(&at, globs, target)) != NULL)
		return why;
	if ((why = path_read(at, target->path, sizeof(target->path))) != NULL)
		return why;
	path_strip_git(target->path);
	return compose(target);
}

static int
url(const char *text, bool globs, struct target *target, struct error *err)
{
	struct target read = {0};
	const char *why = read_url(text, globs, &read);

	if (why != NULL)
		return refuse(text, why, err);
	*target = read;
	return 0;
}

int
target_url(const char *text, struct target *target, struct error *err)
{
	return url(text, false, target, err);
}

int
target_url_pattern(const char *text, struct target *target, struct error *err)
{
	return url(text, true, target, err);
}

/* http_allowed() knows what a loopback address is. */
static bool
is_loopback(const struct target *target)
{
	char url[sizeof("http://") + sizeof(target->host)];

	snprintf(url, sizeof(url), "http://%s", target->host);
	return http_allowed(url, NULL) == 0;
}

bool
target_is_clear(const struct target *target)
{
	return (strcmp(target->scheme, "http") == 0 ||
		   strcmp(target->scheme, "ws") == 0) &&
	       !is_loopback(target);
}

static bool
is_hub(const char *host)
{
	return strcmp(host, "index.docker.io") == 0 ||
	       strcmp(host, "registry-1.docker.io") == 0;
}

/* Scheme, host, port and path of a registry's key. */
static const char *
read_docker_parts(const char *key, bool globs, struct target *target)
{
	const char *at = key;
	const char *why;
	bool plain;

	if ((why = forbidden(key)) != NULL)
		return why;
	text_copy(target->scheme, sizeof(target->scheme), "https");
	if (strstr(key, "://") != NULL &&
	    (why = read_scheme(&at, target->scheme, sizeof(target->scheme))))
		return why;
	if (strcmp(target->scheme, "https") != 0 &&
	    strcmp(target->scheme, "http") != 0)
		return "is no registry: its scheme is neither https nor http";
	plain = strcmp(target->scheme, "http") == 0;
	/* The scheme goes, so the default port must not depend on it. */
	text_copy(target->scheme, sizeof(target->scheme), "https");
	if ((why = authority_read(&at, globs, target)) != NULL)
		return why;
	if (plain && !is_loopback(target))
		return "is plain http to another host, where anybody on the "
		       "way could read the token";
	if ((why = path_read(at, target->path, sizeof(target->path))) != NULL)
		return why;
	if (strpbrk(key, "@?") != NULL || strchr(target->path, '@') != NULL)
		return "is no registry: it holds a user or a query";
	return NULL;
}

/*
 * docker's key for its Hub is a URL with an API version, podman's and crane's
 * are bare hosts: what is left is the host and the namespace.
 */
static const char *
read_docker(const char *key, bool globs, struct target *target)
{
	const char *why = read_docker_parts(key, globs, target);

	if (why != NULL)
		return why;
	target->scheme[0] = '\0';
	if (strcmp(target->path, "v1") == 0 || strcmp(target->path, "v2") == 0)
		target->path[0] = '\0';
	if (is_hub(target->host))
		text_copy(target->host, sizeof(target->host), "docker.io");
	/* v1/access-token and v1/refresh-token: `docker login` with a browser
	 * keeps there what it got, and no registry takes it. */
	if (strcmp(target->host, "docker.io") == 0 &&
	    text_starts(target->path, "v1/"))
		return "is an entry of docker's own, and no registry";
	return compose(target);
}

static int
docker(const char *key, bool globs, struct target *target, struct error *err)
{
	struct target read = {0};
	const char *why = read_docker(key, globs, &read);

	if (why != NULL)
		return refuse(key, why, err);
	*target = read;
	return 0;
}

int
target_docker(const char *key, struct target *target, struct error *err)
{
	return docker(key, false, target, err);
}

int
target_docker_pattern(const char *key, struct target *target, struct error *err)
{
	return docker(key, true, target, err);
}

int
target_word(const char *word, struct target *target, struct error *err)
{
	struct target read = {0};

	if (word[0] == '\0')
		return refuse(word, "is empty", err);
	for (const unsigned char *c = (const unsigned char *)word; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			return refuse(word, "holds a control byte", err);
	if (text_copy(read.text, sizeof(read.text), word) == -1)
		return refuse(word, "is too long", err);
	*target = read;
	return 0;
}

const char *
target_authority(const struct target *target, char *text, size_t size)
{
	size_t length = strlen(target->host);

	if (text_copy(text, size, target->host) == -1 ||
	    target->port[0] == '\0')
		return text;
	if (length + 1 + strlen(target->port) >= size) {
		text[0] = '\0';
		return text;
	}
	text[length] = ':';
	text_copy(text + length + 1, size - length - 1, target->port);
	return text;
}
