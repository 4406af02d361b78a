/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers/daypass/screen.h"
#include "helpers/daypass/wrap.h"

#define ROOM_MIN 20 /* columns; with less, breaking does not help */
#define GAP "..."

/* How many columns are left; 0: no end is known. */
static size_t
room_at(unsigned column)
{
	unsigned rows, columns;

	if (!isatty(STDOUT_FILENO))
		return 0;
	screen_size(&rows, &columns);
	return columns < column + ROOM_MIN ? 0 : columns - column;
}

/* The bytes of UTF-8 that begin a character are columns, more or less. */
static bool
begins(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

static size_t
width_of(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += begins(*text);
	return width;
}

/* Where the line ends: behind the last word that fits, or behind the first if
 * not even that does. */
static size_t
line_length(const char *text, size_t room)
{
	size_t width = 0, fits = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] == ' ')
			fits = i;
		width += begins(text[i]);
		if (width > room && fits > 0)
			return fits;
	}
	return strlen(text);
}

void
wrap_print(FILE *out, const char *text, unsigned column)
{
	size_t room = room_at(column);

	while (room > 0) {
		size_t length = line_length(text, room);

		fprintf(out, "%.*s\n", (int)length, text);
		text += length;
		text += strspn(text, " ");
		if (*text == '\0')
			return;
		fprintf(out, "%*s", (int)column, "");
	}
	fprintf(out, "%s\n", text);
}

char *
wrap_cut(char *text, unsigned column)
{
	size_t room = room_at(column), width = width_of(text);
	char *head = text, *tail = text;
	size_t before, gone;

	if (room == 0 || width <= room)
		return text;
	before = (room - strlen(GAP)) / 2;
	gone = width - (room - strlen(GAP));
	for (; before > 0 || !begins(*head); head++)
		before -= begins(*head);
	for (tail = head; gone > 0 || !begins(*tail); tail++)
		gone -= begins(*tail);
	memmove(head + strlen(GAP), tail, strlen(tail) + 1);
	memcpy(head, GAP, strlen(GAP));
	return text;
}
