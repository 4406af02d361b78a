/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/dirs.h"
#include "base/json.h"
#include "helpers/daypass/screen.h"
#include "helpers/daypass/table.h"
#include "helpers/daypass/verb.h"
#include "helpers/promptline.h"
#include "wire/client.h"
#include "wire/document.h"
#include "wire/hold.h"

#define EVERY 1 /* seconds between two looks of --watch */

static bool as_json, watch, prompt;

static const struct option_row options[] = {
    {"json", NULL, "as JSON, for scripts", NULL, &as_json},
    {"watch", NULL, "again every second, until it is interrupted", NULL,
	&watch},
    {"prompt", NULL, "one short line for a shell's prompt", NULL, &prompt},
    {0}};

static struct client client;

static const char no_session[] =
    "{\"session\":{\"id\":null,\"since\":null,\"agent_pid\":null,"
    "\"config\":null},"
    "\"identity\":{\"source\":null,\"issuer\":null,\"subject\":null},"
    "\"credentials\":[],\"sessions\":[],\"failures\":[],"
    "\"counters\":{\"hits\":0,\"mints\":0,\"waits\":0,\"refreshes\":0,"
    "\"revocations\":0,\"failures\":0,"
    "\"failures_by_stage\":{\"config\":0,\"identity\":0,\"exchange\":0,"
    "\"policy\":0,\"target\":0,\"agent\":0}},"
    "\"audit\":{\"required\":false,\"records\":0,\"waiting\":0,"
    "\"lost\":0,\"sinks\":[]}}";

static int
show(FILE *out, const char *document, unsigned rows, struct error *err)
{
	scoped(json) struct json *json = NULL;

	if (as_json) {
		fprintf(out, "%s\n", document);
		return 0;
	}
	json = json_parse(document, strlen(document), err);
	if (json == NULL)
		return error_in(err, "agent: its status");
	table_status(out, json, &client.message, rows);
	return 0;
}

/* Was the session ended with --hold? */
static bool
is_held(void)
{
	scoped(fd) int directory = dirs_open_runtime(false, NULL);

	return directory != -1 && hold_check(directory, NULL) == -1;
}

static int
look(FILE *out, unsigned rows, struct error *err)
{
	scoped(buffer) struct buffer document = BUFFER(MESSAGE_MAX);

	client_start(&client, "status");
	client.no_start = true;
	if (client_answer(&client, err) == 0) {
		document_join(&client.message, &document);
		return show(out, buffer_text(&document), rows, err);
	}
	if (err->fault != FAULT_NONE)
		return -1;
	if (as_json)
		fprintf(out, "%s\n", no_session);
	else
		fputs(is_held()
			  ? "no session is running, and none is started: "
			    "daypass begin ends that\n"
			  : "no session is running; the first helper that is "
			    "asked starts one\n",
		    out);
	return 0;
}

/* What a look saw, as text that the caller frees; NULL: no memory. */
static char *
picture(unsigned rows, int *seen, struct error *err)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	*seen = look(out, rows, err);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static int
look_once(void)
{
	struct error err;
	int seen = 0;
	scoped(string) char *text = picture(0, &seen, &err);

	if (text == NULL) {
		error_set(&err, FAULT_SYSTEM, "no memory");
		return verb_fail(&err);
	}
	screen_print(text);
	return seen == -1 ? verb_fail(&err) : 0;
}

/* On a terminal each look takes the place of the one before. What fails is
 * shown like all else: it may pass. */
static void
look_again(void)
{
	unsigned rows, columns;
	struct error err;
	int seen = 0;
	char *text, failure[ERROR_TEXT_MAX + 16];

	screen_size(&rows, &columns);
	if ((text = picture(rows, &seen, &err)) == NULL)
		return;
	snprintf(failure, sizeof(failure), "daypass: %s\n", err.text);
	screen_draw(seen == -1 ? failure : text);
	free(text);
}

static void
keep_looking(void)
{
	bool drawn = screen_is() && !as_json;

	setvbuf(stdout, NULL, _IOFBF, 1 << 16); /* no flicker */
	if (drawn)
		fputs("\033[2J", stdout);
	for (;;) {
		if (drawn)
			look_again();
		else
			look_once();
		if (!drawn && !as_json)
			puts("");
		if (fflush(stdout) == EOF)
			return;
		sleep(EVERY);
	}
}

static int
run(int argc, char **argv)
{
	struct error err;

	if (verb_alone(argc, argv, &err) == -1)
		return verb_fail(&err);
	if (prompt && (watch || as_json)) {
		error_set(&err, FAULT_USAGE,
		    "--prompt goes with neither --json nor --watch");
		return verb_fail(&err);
	}
	if (prompt)
		return promptline_print();
	if (watch)
		keep_looking();
	return watch ? 0 : look_once();
}

const struct verb verb_status = {
    .word = "status",
    .command = {.name = "daypass status",
	.synopsis = "[--json] [--watch] | --prompt",
	.summary = "the session, its identity, what it holds and until when",
	.options = options},
    .run = run,
};
