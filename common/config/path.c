/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "config/path.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* May it stand in a path as it is? RFC 3986 3.3, pchar. */
static bool
is_plain(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') ||
	       (byte != 0 && strchr("-._~!$&'()*+,;=:@", byte) != NULL);
}

/* The byte that the escape at `text` stands for, or why it is refused. */
static const char *
read_escape(const char *text, int *byte)
{
	int high = hex_digit(text[1]);
	int low = high == -1 ? -1 : hex_digit(text[2]);

	if (low == -1)
		return "holds a `%` that is no escape";
	*byte = high * 16 + low;
	if (*byte < ' ' || *byte == 0x7f || *byte == '/' || *byte == '\\')
		return "holds an escaped slash, backslash or control byte";
	return NULL;
}

static char *
write_byte(char *to, int byte)
{
	static const char digits[] = "0123456789ABCDEF";

	if (byte == '/' || is_plain(byte)) {
		*to++ = (char)byte;
		return to;
	}
	*to++ = '%';
	*to++ = digits[byte >> 4];
	*to++ = digits[byte & 15];
	return to;
}

static const char *
check_segments(const char *path)
{
	while (*path != '\0') {
		size_t length = strcspn(path, "/");

		if (length == 0)
			return "holds an empty path segment";
		if (path[0] == '.' &&
		    (length == 1 || (length == 2 && path[1] == '.')))
			return "holds a `.` or `..` path segment";
		path += length;
		if (*path == '/' && *++path == '\0')
			return "holds an empty path segment";
	}
	return NULL;
}

const char *
path_read(const char *text, char *path, size_t size)
{
	char *to = path;
	const char *end;
	const char *why;

	if (*text == '/')
		text++;
	end = text + strcspn(text, "?");
	if (end > text && end[-1] == '/')
		end--;
	while (text < end) {
		int byte = (unsigned char)*text;

		if ((size_t)(to - path) + 3 >= size)
			return "has a path that is too long";
		if (byte == '%' && (why = read_escape(text, &byte)) != NULL)
			return why;
		text += *text == '%' ? 3 : 1;
		to = write_byte(to, byte);
	}
	*to = '\0';
	return check_segments(path);
}

/* Would something be left before `at` that a repository could be called? */
static bool
is_name_before(const char *path, const char *at)
{
	const char *slash = memrchr(path, '/', (size_t)(at - path));
	const char *name = slash != NULL ? slash + 1 : path;

	return strspn(name, ".") < (size_t)(at - name);
}

/* Cuts a suffix off, if a name is left. */
static bool
strip(char *path, const char *suffix)
{
	char *at;

	if (!text_ends(path, suffix))
		return false;
	at = path + strlen(path) - strlen(suffix);
	if (!is_name_before(path, at))
		return false;
	*at = '\0';
	return true;
}

void
path_strip_git(char *path)
{
	char *lfs = strstr(path, ".git/info/lfs/");

	if (lfs != NULL && is_name_before(path, lfs))
		*lfs = '\0';
	/* Until nothing is left to strip: the result is its own canonical
	 * form. */
	while (strip(path, "/info/lfs") || strip(path, ".git"))
		;
}
