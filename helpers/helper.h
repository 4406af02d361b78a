/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_HELPER_H
#define DAYPASS_HELPERS_HELPER_H

#include <stdbool.h>

#include "base/options.h"

/*
 * A credential helper speaks its tool's protocol and nothing else: it turns
 * the tool's request into a target, asks the agent, renders the answer. Each
 * is one file that defines one `const struct helper helper`, and is linked
 * with main.c. libc alone.
 */
struct helper {
	struct command command;
	/* Everything but --help and --version. argv[1..argc) are the
	 * arguments that are no options. Gives the exit code. */
	int (*run)(int argc, char **argv);
	/* A usage error in the tool's own channel: gives the exit code. NULL:
	 * "NAME: TEXT" on stderr and 64. */
	int (*wrong)(const struct error *err);
	/* The tool's protocol rules over the options too: run() gets all. */
	bool own_options;
};

extern const struct helper helper;

#endif
