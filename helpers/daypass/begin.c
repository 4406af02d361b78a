/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/dirs.h"
#include "base/scoped.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"
#include "wire/hold.h"

static struct client client;

/* A directory that is not there has no mark in it. */
static int
remove_mark(struct error *err)
{
	scoped(fd) int directory = dirs_open_runtime(false, err);

	if (directory == -1)
		return err->fault == FAULT_NONE ? 0 : -1;
	return hold_clear(directory, err);
}

static int
run(int argc, char **argv)
{
	struct error err;

	if (verb_alone(argc, argv, &err) == -1 || remove_mark(&err) == -1)
		return verb_fail(&err);
	client_start(&client, "status");
	if (client_answer(&client, &err) == -1)
		return verb_fail(&err);
	puts("a session is running (daypass status shows it)");
	return 0;
}

const struct verb verb_begin = {
    .word = "begin",
    .command = {.name = "daypass begin",
	.synopsis = "",
	.summary = "starts a session, also after daypass end --hold"},
    .run = run,
};
