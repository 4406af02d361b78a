/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dirs.h"
#include "base/scoped.h"
#include "wire/origin.h"
#include "wire/client.h"
#include "wire/socket.h"
#include "wire/start.h"

#define REACH_MS (30 * 1000)   /* for an agent that takes the request */
#define ANSWER_MS (120 * 1000) /* for its answer */
#define PAUSE_MS 10	       /* before asking the second agent's successor */
#define PAUSE_MAX_MS 1000

void
client_start(struct client *client, const char *verb)
{
	client->message.word = NULL;
	client->message.count = 0;
	client->answered = 0;
	client->patience = 0;
	writing_start(
	    &client->writing, client->request, sizeof(client->request), verb);
	origin_write(&client->writing);
}

void
client_patience(struct client *client, int seconds)
{
	client->patience = seconds;
	writing_number(&client->writing, "patience", seconds);
}

/* How much of a time limit is left. The first try does not look at the clock,
 * whose pages would be the costliest thing on the way to a warm answer; it is
 * `begun` when that failed. */
static int64_t
left(int64_t begun, int64_t limit)
{
	return begun == 0 ? limit : begun + limit - clock_ms();
}

/* A connected socket. -1 with FAULT_NONE: there is none, or there was one
 * that is gone. */
static int
reach(const struct client *client, int64_t begun, struct error *err)
{
	scoped(fd) int directory = dirs_open_runtime(false, err);
	int fd;

	if (directory != -1) {
		fd = socket_connect(directory, left(begun, REACH_MS), err);
		if (fd != -1 || err->fault != FAULT_NONE)
			return fd;
	}
	if (client->no_start)
		return -1;
	if (err->fault != FAULT_NONE && err->fault != FAULT_SYSTEM)
		return -1;
	return start_agent(
	    client->quiet, clock_ms() + left(begun, REACH_MS), err);
}

/* What a person is waited for. */
static void
tell_wait(char *bytes, size_t length)
{
	static struct message message;
	const char *text;

	if (message_parse(&message, bytes, length, NULL) == -1 ||
	    (text = message_get(&message, "text")) == NULL)
		return;
	dprintf(STDERR_FILENO, "daypass: %s\n", text);
}

/* One try. -1 with FAULT_NONE: worth another one. */
static int
attempt(struct client *client, int64_t begun, struct error *err)
{
	scoped(fd) int fd = reach(client, begun, err);

	if (fd == -1)
		return -1;
	struct conversation ask = {.request = client->request,
	    .length = client->writing.length,
	    .answer = client->answer,
	    .capacity = sizeof(client->answer),
	    .patience = left(begun, ANSWER_MS),
	    .told = client->quiet ? NULL : tell_wait,
	    .long_patience = client->patience * 1000 + ANSWER_MS};

	if (socket_ask(fd, &ask, err) == -1)
		return -1;
	client->answered = ask.got;
	return message_parse(
	    &client->message, client->answer, client->answered, err);
}

static void
pause_ms(int64_t ms)
{
	struct timespec time = {
	    .tv_sec = (time_t)(ms / 1000),
	    .tv_nsec = (long)(ms % 1000) * 1000000,
	};

	nanosleep(&time, NULL);
}

/* A request and its answer, by as many agents as it takes: the one that is
 * asked may be ended, or killed, before it has answered. */
static int
converse(struct client *client, struct error *err)
{
	int64_t begun = 0, pause = 0;

	while (attempt(client, begun, err) == -1) {
		if (err->fault != FAULT_NONE || client->no_start)
			return -1;
		if (begun == 0)
			begun = clock_ms();
		if (left(begun, REACH_MS) < pause) {
			err->fault = FAULT_SYSTEM;
			return -1;
		}
		pause_ms(pause);
		pause = pause == 0 ? PAUSE_MS : pause * 2;
		if (pause > PAUSE_MAX_MS)
			pause = PAUSE_MAX_MS;
	}
	return 0;
}

/* The configuration names a variable that only we can look up: the same
 * request again, with what was wanted. */
static int
give_wanted(struct client *client, struct error *err)
{
	client->writing.length--; /* the empty line */
	origin_write_wanted(&client->writing, &client->message);
	if (writing_end(&client->writing) == -1)
		return origin_unfit(&client->message, err);
	if (converse(client, err) == -1)
		return -1;
	if (strcmp(client->message.word, "want") == 0)
		return error_set(
		    err, FAULT_SYSTEM, "wants more than it was given twice");
	return 0;
}

static int
ask(struct client *client, struct error *err)
{
	if (writing_end(&client->writing) == -1)
		return origin_unfit(NULL, err);
	if (converse(client, err) == -1)
		return -1;
	if (strcmp(client->message.word, "want") == 0)
		return give_wanted(client, err);
	return 0;
}

int
client_ask(struct client *client, struct error *err)
{
	struct error local;

	if (err == NULL)
		err = &local;
	if (ask(client, err) == 0)
		return 0;
	if (err->fault == FAULT_NONE) {
		errno = ENOENT;
		return -1;
	}
	error_in(err, "agent");
	return error_at(err, STAGE_AGENT);
}

static int
refusal(const struct message *answer, struct error *err)
{
	const char *text = message_get(answer, "text");

	error_set(err, fault_named(message_get(answer, "fault")), "%s",
	    text == NULL ? "agent: gave no reason" : text);
	return error_at(err, stage_named(message_get(answer, "stage")));
}

int
client_answer(struct client *client, struct error *err)
{
	const char *word;

	if (client_ask(client, err) == -1)
		return -1;
	word = client->message.word;
	if (strcmp(word, "ok") == 0)
		return 0;
	if (strcmp(word, "none") == 0)
		return 1;
	if (strcmp(word, "error") == 0)
		return refusal(&client->message, err);
	error_set(err, FAULT_SYSTEM, "agent: gave an unknown answer");
	return error_at(err, STAGE_AGENT);
}

/* Only what was written: to touch the rest would cost more than the answer. */
void
client_wipe(struct client *client)
{
	explicit_bzero(client->request, client->writing.length);
	explicit_bzero(client->answer, client->answered);
}
