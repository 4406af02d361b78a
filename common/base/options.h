/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_OPTIONS_H
#define DAYPASS_BASE_OPTIONS_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Options are rows; the parser, --help and the checks of the manual read the
 * same ones. Long options alone, as --name VALUE or --name=VALUE.
 */
struct option_row {
	const char *name;     /* without the dashes; NULL ends the table */
	const char *argument; /* what --help calls its value; NULL: a flag */
	const char *help;
	const char **value; /* where the value goes */
	bool *flag;	    /* where a flag goes */
};

struct command {
	const char *name;     /* "aws-credential-daypass" */
	const char *synopsis; /* what follows the name in the usage line */
	const char *summary;  /* one line: what it is for */
	const struct option_row *options; /* NULL: none but the two below */
};

enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG = -1 };

/*
 * Reads argv from index 1; options and other arguments may mix, `--` ends
 * the options. The other arguments are moved to argv[1] onwards and counted
 * in *argc. --help and --version print to stdout and give OPTIONS_DONE. A
 * mistake gives OPTIONS_WRONG with a usage error that names the nearest known
 * word. `stop_at_word`: the first argument that is no option ends them.
 */
enum options_result options_read(const struct command *command, int *argc,
    char **argv, bool stop_at_word, struct error *err);

void options_help(const struct command *command);

#endif
