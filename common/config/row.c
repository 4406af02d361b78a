/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "config/row.h"

static int
broken(struct error *err, const char *what)
{
	return error_set(
	    err, FAULT_SYSTEM, "daypass-config printed a row %s", what);
}

/* Which byte stands behind a backslash; -1: none of ours. */
static int
unescape(char c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case '\\':
		return '\\';
	default:
		return -1;
	}
}

/* Writes one field over itself; it can only become shorter. */
static int
unescape_field(char *field)
{
	char *to = field;
	int c;

	for (const char *from = field; *from != '\0'; from++) {
		c = (unsigned char)*from;
		if (c == '\\' && (c = unescape(*++from)) == -1)
			return -1;
		*to++ = (char)c;
	}
	*to = '\0';
	return 0;
}

int
row_next(char **at, struct row *row, struct error *err)
{
	char *end = strchr(*at, '\n');
	char *rest = *at;
	char *field;

	row->count = 0;
	if (**at == '\0')
		return 0;
	if (end == NULL)
		return broken(err, "without an end");
	*end = '\0';
	while ((field = strsep(&rest, "\t")) != NULL) {
		if (row->count == ROW_FIELDS)
			return broken(err, "with too many fields");
		if (unescape_field(field) == -1)
			return broken(err, "with a broken escape");
		row->fields[row->count++] = field;
	}
	*at = end + 1;
	return 1;
}

void
row_start(FILE *out, const char *word)
{
	fputs(word, out);
}

void
row_field(FILE *out, const char *field)
{
	putc('\t', out);
	for (; *field != '\0'; field++)
		if (*field == '\t')
			fputs("\\t", out);
		else if (*field == '\n')
			fputs("\\n", out);
		else if (*field == '\\')
			fputs("\\\\", out);
		else
			putc(*field, out);
}

void
row_number(FILE *out, int64_t number)
{
	fprintf(out, "\t%" PRId64, number);
}

void
row_end(FILE *out)
{
	putc('\n', out);
}
