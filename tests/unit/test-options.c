/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "tap.h"

static const char *role, *region;
static bool force;

static const struct option_row rows[] = {
    {"role", "ARN", "the role to assume", &role, NULL},
    {"region", "NAME", "where", &region, NULL},
    {"force", NULL, "whatever is there", NULL, &force},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct command command = {
    .name = "aws-credential-daypass",
    .synopsis = "[--role ARN]",
    .summary = "gives AWS credentials",
    .options = rows,
};
static const struct command bare = {
    .name = "bare", .synopsis = "", .summary = "has no options"};

static struct error err;
static char rest[256];

/* Reads the words of `line`; what is left goes to `rest`. */
static enum options_result
reads(const struct command *of, const char *line, bool stop)
{
	static char words[256], name[] = "program";
	char *argv[32] = {name}, *word;
	int argc = 1;
	enum options_result result;

	role = region = NULL;
	force = false;
	err = (struct error){.fault = FAULT_NONE};
	snprintf(words, sizeof(words), "%s", line);
	for (word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
		argv[argc++] = word;
	result = options_read(of, &argc, argv, stop, &err);
	rest[0] = '\0';
	for (int i = 1; result == OPTIONS_RUN && i < argc; i++)
		strcat(strcat(rest, argv[i]), ";");
	if (result == OPTIONS_RUN && argv[argc] != NULL)
		strcat(rest, "(no end)");
	return result;
}

static void
runs(const char *line, bool stop, const char *expected)
{
	tap_number(reads(&command, line, stop), OPTIONS_RUN, "'%s' %s", line,
	    err.text);
	tap_is(rest, expected, "what is left of it");
}

static void
test_good(void)
{
	runs("", false, "");
	runs("--role r --region=e", false, "");
	tap_ok(strcmp(role, "r") == 0 && strcmp(region, "e") == 0 && !force,
	    "both ways of a value");
	runs("get --force it", false, "get;it;");
	tap_ok(force, "options and words may mix");
	runs("--role --force", false, "");
	tap_ok(strcmp(role, "--force") == 0 && !force,
	    "a value may look like an option");
	runs("--role= x", false, "x;");
	tap_is(role, "", "an empty value");
	runs("--role=a=b", false, "");
	tap_is(role, "a=b", "a value with a =");
	runs("--role a --role b", false, "");
	tap_is(role, "b", "the last one counts");
	runs("a -- --role x -- y", false, "a;--role;x;--;y;");
	tap_is(role, NULL, "behind -- there are no options");
	runs("- x", false, "-;x;");
	runs("--force get --role x", true, "get;--role;x;");
	tap_ok(force && role == NULL, "options end at the first word");
	runs("--force -- get --role x", true, "get;--role;x;");
}

static void
wrong(const char *line, const char *expected)
{
	tap_number(reads(&command, line, false), OPTIONS_WRONG, "'%s'", line);
	tap_is(err.text, expected, "says why");
	tap_number(err.fault, FAULT_USAGE, "a usage error");
}

static void
test_wrong(void)
{
	wrong("--rol x", "unknown option --rol; did you mean --role?");
	wrong("--rol=arn:aws:iam::123456789012:role/dev",
	    "unknown option --rol; did you mean --role?");
	wrong("--Role x", "unknown option --Role; did you mean --role?");
	wrong("--versoin", "unknown option --versoin; did you mean --version?");
	wrong("--quiet",
	    "unknown option --quiet (aws-credential-daypass --help shows "
	    "them)");
	wrong("-r", "unknown option -r (aws-credential-daypass --help shows "
		    "them)");
	wrong("--role", "option --role wants a value: ARN");
	wrong("--force=yes", "option --force takes no value");
	tap_number(reads(&bare, "--role", false), OPTIONS_WRONG,
	    "a command without options has none");
}

/* What goes to standard output, with what it gave before it. */
static const char *
prints(const struct command *of, const char *line)
{
	static char text[2048];
	FILE *file = tmpfile();
	int out = dup(STDOUT_FILENO), result;
	size_t length;

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	result = reads(of, line, false);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(file);
	length = (size_t)snprintf(text, sizeof(text), "%d ", result);
	length += fread(text + length, 1, sizeof(text) - 1 - length, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static void
test_printed(void)
{
	static const char help[] =
	    "1 usage: aws-credential-daypass [--role ARN]\n"
	    "gives AWS credentials\n\n"
	    "  --role ARN               the role to assume\n"
	    "  --region NAME            where\n"
	    "  --force                  whatever is there\n"
	    "  --help                   show this and end\n"
	    "  --version                show the version and end\n";

	tap_is(prints(&command, "--help"), help, "--help");
	tap_is(prints(&command, "--force -h"), help, "-h");
	tap_is(prints(&command, "x --version --nonsense"),
	    "1 aws-credential-daypass " PROGRAM_VERSION "\n", "--version");
	tap_is(prints(&bare, "--help"),
	    "1 usage: bare\nhas no options\n\n"
	    "  --help                   show this and end\n"
	    "  --version                show the version and end\n",
	    "--help without options");
	tap_is(prints(&command, "--role --help"), "0 ", "a value of --help");
	tap_is(prints(&command, "-- --help"), "0 ", "--help behind --");
}

int
main(void)
{
	test_good();
	test_wrong();
	test_printed();
	return tap_done();
}
