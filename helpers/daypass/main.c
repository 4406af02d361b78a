/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "base/text.h"
#include "helpers/daypass/verb.h"
#include "helpers/standard.h"

static const struct verb *const verbs[] = {
    &verb_init, &verb_setup, &verb_status, &verb_doctor, &verb_token,
    &verb_curl, &verb_run, &verb_approvals, &verb_approve, &verb_deny,
    &verb_login, &verb_logout, &verb_audit, &verb_end, &verb_begin};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct command daypass = {
    .name = "daypass",
    .synopsis = "VERB [ARGUMENT...]",
    .summary = "Short-lived credentials for git, docker, aws and gcloud, from "
	       "the identity of a cloud workspace.",
};

int
verb_fail(const struct error *err)
{
	standard_report(err);
	return fault_exit(err->fault);
}

int
verb_alone(int argc, char **argv, struct error *err)
{
	if (argc == 1)
		return 0;
	return error_set(err, FAULT_USAGE,
	    "unknown argument '%.64s': this verb takes none", argv[1]);
}

static void
help(void)
{
	options_help(&daypass);
	printf("\nverbs (daypass VERB --help shows more):\n");
	for (size_t i = 0; i < VERBS; i++)
		printf(
		    "  %-12s %s\n", verbs[i]->word, verbs[i]->command.summary);
}

static int
unknown(const char *word, struct error *err)
{
	const char *words[VERBS + 1] = {NULL};
	const char *nearest;

	for (size_t i = 0; i < VERBS; i++)
		words[i] = verbs[i]->word;
	nearest = text_nearest(word, words);
	return error_set(err, FAULT_USAGE, "unknown verb '%.64s'%s%s%s", word,
	    nearest == NULL ? " (daypass --help shows them)"
			    : "; did you mean '",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
}

/* A full disk must not pass for a success. */
static int
finish(int code)
{
	struct error err;

	if (fflush(stdout) != EOF && !ferror(stdout))
		return code;
	error_errno(&err, "standard output");
	return verb_fail(&err);
}

static int
run(const struct verb *verb, int argc, char **argv)
{
	struct error err;

	switch (options_read(&verb->command, &argc, argv, verb->stops, &err)) {
	case OPTIONS_WRONG:
		return verb_fail(&err);
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_RUN:
		break;
	}
	return finish(verb->run(argc, argv));
}

static bool
asks_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0 ||
	       strcmp(argument, "help") == 0;
}

int
main(int argc, char **argv)
{
	struct error err;

	standard_keep();
	compat_conceal();
	if (argc < 2 || asks_help(argv[1])) {
		help();
		return argc < 2 ? fault_exit(FAULT_USAGE) : 0;
	}
	switch (options_read(&daypass, &argc, argv, true, &err)) {
	case OPTIONS_WRONG:
		return verb_fail(&err);
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_RUN:
		break;
	}
	for (size_t i = 0; argc > 1 && i < VERBS; i++)
		if (strcmp(argv[1], verbs[i]->word) == 0)
			return run(verbs[i], argc - 1, argv + 1);
	unknown(argc > 1 ? argv[1] : "", &err);
	return verb_fail(&err);
}
