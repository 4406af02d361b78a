/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/echo.h"
#include "helpers/daypass/curl_veil.h"

#define LINES (64 * 1024)
/* echo_conceal() puts three bytes in place of sixteen and more. */
static char lines[LINES + 1];
static size_t filled;

static void
put(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t wrote = write(fd, bytes, length);

		if (wrote == -1 && errno != EINTR)
			return;
		if (wrote > 0) {
			bytes += wrote;
			length -= (size_t)wrote;
		}
	}
}

/* The first `length` bytes go. */
static void
pass(int to, const struct secret *token, size_t length)
{
	char kept = lines[length];

	lines[length] = '\0';
	echo_conceal(lines, token);
	put(to, lines, strlen(lines));
	lines[length] = kept;
	memmove(lines, lines + length, filled - length);
	filled -= length;
}

/* Up to behind the last end of a line, progress's included. */
static size_t
whole(void)
{
	size_t length = filled;

	while (length > 0 && lines[length - 1] != '\n' &&
	       lines[length - 1] != '\r')
		length--;
	return length;
}

void
curl_veil(int from, int to, const struct secret *token)
{
	size_t length;
	ssize_t got;

	for (;;) {
		got = read(from, lines + filled, LINES - filled);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		for (char *c = lines + filled; got > 0; got--, c++, filled++)
			if (*c == '\0')
				*c = '?';
		length = whole();
		if (length == 0 && filled == LINES)
			length = filled;
		pass(to, token, length);
	}
	pass(to, token, filled);
	explicit_bzero(lines, sizeof(lines));
}
