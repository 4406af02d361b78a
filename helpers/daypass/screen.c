/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/ioctl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "helpers/daypass/screen.h"

bool
screen_is(void)
{
	const char *term = secure_getenv("TERM");

	return isatty(STDOUT_FILENO) && term != NULL && term[0] != '\0' &&
	       strcmp(term, "dumb") != 0;
}

static unsigned
from_variable(const char *name, unsigned otherwise)
{
	const char *value = secure_getenv(name);
	int64_t number = value != NULL ? text_number(value, 10000) : -1;

	return number > 0 ? (unsigned)number : otherwise;
}

void
screen_size(unsigned *rows, unsigned *columns)
{
	struct winsize size = {.ws_row = 0};

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*rows = size.ws_row > 0 ? size.ws_row : from_variable("LINES", 24);
	*columns = size.ws_col > 0 ? size.ws_col : from_variable("COLUMNS", 80);
}

/* locale(7): the first of them that is set says it. */
static bool
is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *value = NULL;

	for (size_t i = 0; i < 3 && (value == NULL || value[0] == '\0'); i++)
		value = secure_getenv(names[i]);
	return value != NULL && (strcasestr(value, "UTF-8") != NULL ||
				    strcasestr(value, "UTF8") != NULL);
}

/* How long the character at `at` is, and how many columns it takes: none for
 * what only sets a colour, two for what may be wide. */
static size_t
measure(const char *at, unsigned *columns)
{
	unsigned char first = (unsigned char)*at;
	size_t length = 1;

	*columns = 1;
	if (first == '\033') {
		*columns = 0;
		length = strcspn(at, "m\n");
		return length + (at[length] == 'm');
	}
	while (first >= 0x80 && ((unsigned char)at[length] & 0xc0) == 0x80)
		length++;
	if (first >= 0xf0 || (first >= 0xe2 && length == 3 &&
				 memcmp(at, "\xe2\xba\x80", 3) >= 0))
		*columns = 2;
	return length;
}

/* One line, at most so wide. What sets a colour goes out in any case, so that
 * it ends. */
static void
put_line(const char *line, unsigned most, bool utf8)
{
	unsigned used = 0, columns;
	size_t length;

	for (; *line != '\n' && *line != '\0'; line += length) {
		length = measure(line, &columns);
		if (columns > 0 && !utf8 && length > 1)
			columns = 1;
		if (used + columns > most && columns > 0) {
			used = most;
			continue;
		}
		used += columns;
		if (columns > 0 && !utf8 && length > 1)
			putchar('?');
		else
			fwrite(line, 1, length, stdout);
	}
}

static unsigned
count_lines(const char *text)
{
	unsigned count = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		count++;
	return count;
}

void
screen_draw(const char *text)
{
	unsigned rows, columns, lines = count_lines(text), shown;
	bool utf8 = is_utf8();
	char more[48];

	screen_size(&rows, &columns);
	rows = rows > 1 ? rows - 1 : 1;
	shown = lines > rows ? rows - 1 : lines;
	fputs("\033[H", stdout);
	for (unsigned i = 0; i < shown; i++) {
		put_line(text, columns, utf8);
		text = strchr(text, '\n') + 1;
		fputs("\033[K\n", stdout);
	}
	if (shown < lines) {
		snprintf(
		    more, sizeof(more), "... %u more lines", lines - shown);
		put_line(more, columns, utf8);
		fputs("\033[K\n", stdout);
	}
	fputs("\033[J", stdout);
}

void
screen_print(const char *text)
{
	bool plain = !isatty(STDOUT_FILENO) || is_utf8();

	if (plain) {
		fputs(text, stdout);
		return;
	}
	for (const char *end; (end = strchr(text, '\n')) != NULL;
	     text = end + 1) {
		put_line(text, ~0u, false);
		putchar('\n');
	}
}
