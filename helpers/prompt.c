/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/error.h"
#include "helpers/helper.h"
#include "helpers/promptline.h"
#include "helpers/standard.h"

/* What `daypass status --prompt` prints, from a program that starts as fast as
 * the helpers do. */
static int
run(int argc, char **argv)
{
	struct error err;

	if (argc == 1)
		return promptline_print();
	error_set(&err, FAULT_USAGE,
	    "unknown argument '%.64s': this program takes none", argv[1]);
	standard_report(&err);
	return fault_exit(err.fault);
}

const struct helper helper = {
    .command = {.name = "daypass-prompt",
	.synopsis = "",
	.summary = "The session on one short line, for a shell's prompt."},
    .run = run,
};
