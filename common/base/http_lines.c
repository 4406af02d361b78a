/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/http_inner.h"

#define LINES_MAX (64 * 1024)

struct lines {
	struct secret *bytes;
	const char *host;
	struct error *err;
};

/* What a line break would do: make two headers of one, or a body. */
static bool
is_one_line(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static int
refuse(const struct lines *lines, const char *line)
{
	return error_set(lines->err, FAULT_CONFIG,
	    "the header %.*s for %s would hold a line break or another "
	    "control byte",
	    (int)strcspn(line, ":\r\n"), line, lines->host);
}

static int
add(struct lines *lines, const char *name, const char *value, size_t length)
{
	struct secret **bytes = &lines->bytes;

	if (!is_one_line(name, strlen(name)) || !is_one_line(value, length))
		return refuse(lines, name);
	if (secret_grow(bytes, name, strlen(name), LINES_MAX) == 0 &&
	    secret_grow(bytes, value, length, LINES_MAX) == 0 &&
	    secret_grow(bytes, "", 1, LINES_MAX) == 0)
		return 0;
	return error_set(lines->err, FAULT_CONFIG,
	    "the headers for %s are too long", lines->host);
}

static int
add_secret(struct lines *lines, const char *name, const struct secret *value)
{
	char start[128];

	if (value == NULL)
		return 0;
	snprintf(start, sizeof(start), "%s: ", name);
	return add(lines, start, secret_bytes(value), secret_length(value));
}

/* A name with nothing behind it keeps libcurl from adding its own. */
static int
add_all(struct lines *lines, const struct http_request *request)
{
	const char *type = request->content_type;
	const char *const *header = request->headers;

	if (add(lines, "Expect:", "", 0) == -1 ||
	    add(lines, type == NULL ? "Content-Type:" : "Content-Type: ",
		type == NULL ? "" : type,
		type == NULL ? 0 : strlen(type)) == -1)
		return -1;
	for (; header != NULL && *header != NULL; header++)
		if (add(lines, *header, "", 0) == -1)
			return -1;
	if (add_secret(lines, "Authorization", request->authorization) == -1)
		return -1;
	return add_secret(
	    lines, request->secret_header_name, request->secret_header);
}

struct secret *
http_lines(
    const struct http_request *request, const char *host, struct error *err)
{
	struct lines lines = {.host = host, .err = err};

	if ((lines.bytes = secret_new(4096)) == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	if (add_all(&lines, request) == 0)
		return lines.bytes;
	secret_free(lines.bytes);
	return NULL;
}
