/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "base/compat.h"
#include "helpers/helper.h"
#include "helpers/standard.h"

static int
wrong(const struct error *err)
{
	if (helper.wrong != NULL)
		return helper.wrong(err);
	dprintf(STDERR_FILENO, "%s: %s\n", helper.command.name, err->text);
	return fault_exit(FAULT_USAGE);
}

int
main(int argc, char **argv)
{
	struct error err;

	standard_keep();
	compat_conceal();
	if (!helper.own_options) {
		switch (
		    options_read(&helper.command, &argc, argv, false, &err)) {
		case OPTIONS_WRONG:
			return wrong(&err);
		case OPTIONS_DONE:
			return 0;
		case OPTIONS_RUN:
			break;
		}
	}
	return helper.run(argc, argv);
}
