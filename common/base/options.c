/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "base/text.h"

#define ROWS_MAX 30
#define COLUMNS 80 /* of a screen */
#define USAGE_INDENT 7
#define HELP_INDENT 27

static const struct option_row *
find(const struct command *command, const char *name, size_t length)
{
	const struct option_row *row = command->options;

	for (; row != NULL && row->name != NULL; row++)
		if (strlen(row->name) == length &&
		    memcmp(row->name, name, length) == 0)
			return row;
	return NULL;
}

static int
unknown(const struct command *command, const char *said, size_t length,
    struct error *err)
{
	char name[65];
	const char *names[ROWS_MAX + 3];
	const struct option_row *row = command->options;
	const char *nearest;
	size_t count = 0;

	snprintf(name, sizeof(name), "%.*s", (int)length, said);
	for (; row != NULL && row->name != NULL && count < ROWS_MAX; row++)
		names[count++] = row->name;
	names[count++] = "help";
	names[count++] = "version";
	names[count] = NULL;
	nearest = text_nearest(name, names);
	if (nearest == NULL)
		return error_set(err, FAULT_USAGE,
		    "unknown option --%s (%s --help shows them)", name,
		    command->name);
	return error_set(err, FAULT_USAGE,
	    "unknown option --%s; did you mean --%s?", name, nearest);
}

/* One option, argv[*i]; moves *i over a value of its own. */
static int
take_option(const struct command *command, int argc, char **argv, int *i,
    struct error *err)
{
	const char *name = argv[*i] + 2;
	const char *equals = strchr(name, '=');
	size_t length = equals == NULL ? strlen(name)
				       : (size_t)(equals - name);
	const struct option_row *row = find(command, name, length);

	if (row == NULL)
		return unknown(command, name, length, err);
	if (row->argument == NULL && equals != NULL)
		return error_set(err, FAULT_USAGE,
		    "option --%s takes no value", row->name);
	if (row->argument == NULL) {
		*row->flag = true;
		return 0;
	}
	if (equals == NULL && *i + 1 >= argc)
		return error_set(err, FAULT_USAGE,
		    "option --%s wants a value: %s", row->name, row->argument);
	*row->value = equals != NULL ? equals + 1 : argv[++*i];
	return 0;
}

static bool
asks(const struct command *command, const char *argument)
{
	if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
		options_help(command);
		return true;
	}
	if (strcmp(argument, "--version") == 0) {
		printf("%s %s\n", command->name, PROGRAM_VERSION);
		return true;
	}
	return false;
}

enum options_result
options_read(const struct command *command, int *argc, char **argv,
    bool stop_at_word, struct error *err)
{
	int kept = 1, i = 1;

	for (; i < *argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (argv[i][0] != '-' || argv[i][1] == '\0') {
			if (stop_at_word)
				break;
			argv[kept++] = argv[i];
		} else if (asks(command, argv[i])) {
			return OPTIONS_DONE;
		} else if (argv[i][1] != '-') {
			error_set(err, FAULT_USAGE,
			    "unknown option %.64s (%s --help shows them)",
			    argv[i], command->name);
			return OPTIONS_WRONG;
		} else if (take_option(command, *argc, argv, &i, err) == -1) {
			return OPTIONS_WRONG;
		}
	}
	while (i < *argc)
		argv[kept++] = argv[i++];
	*argc = kept;
	argv[kept] = NULL;
	return OPTIONS_RUN;
}

/* How far it is to the next blank at which a line may end: any, or one before
 * one of these characters. */
static size_t
unbroken(const char *text, const char *before)
{
	size_t length = strcspn(text, " ");

	while (text[length] != '\0' && before != NULL &&
	       strchr(before, text[length + 1]) == NULL)
		length += 1 + strcspn(text + length + 1, " ");
	return length;
}

/* Prints text from this column on, in lines of a screen; the later ones begin
 * with `indent` blanks. */
static void
print_wrapped(const char *text, size_t column, int indent, const char *before)
{
	while (*text != '\0') {
		size_t length = unbroken(text, before);

		if (column + 1 + length > COLUMNS && column > (size_t)indent) {
			printf("\n%*s", indent, "");
			column = (size_t)indent;
		} else if (column > (size_t)indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)length, text);
		column += length;
		text += length + strspn(text + length, " ");
	}
	putchar('\n');
}

static void
help_row(const char *name, const char *argument, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", name,
	    argument == NULL ? "" : " ", argument == NULL ? "" : argument);
	print_wrapped(
	    help, (size_t)printf("  %-24s ", left), HELP_INDENT, NULL);
}

void
options_help(const struct command *command)
{
	const struct option_row *row = command->options;

	print_wrapped(command->synopsis,
	    (size_t)printf("usage: %s", command->name), USAGE_INDENT, "[|");
	print_wrapped(command->summary, 0, 0, NULL);
	putchar('\n');
	for (; row != NULL && row->name != NULL; row++)
		help_row(row->name, row->argument, row->help);
	help_row("help", NULL, "show this and end");
	help_row("version", NULL, "show the version and end");
}
