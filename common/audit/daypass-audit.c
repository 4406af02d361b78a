/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/desk.h"
#include "audit/note.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/options.h"
#include "base/text.h"

/* Brings the agent's records to every sink. The agent feeds it through a pair
 * of sockets; docs/wire.md has what they say. */
#define PACKETS 64	/* read before anything is written */
#define LEAVING_MS 3000 /* for what other sinks have not taken at the end */
#define BOOK_MS 1500	/* of these for the book */

static const char *feed_fd, *directory_fd;

static const struct option_row rows[] = {
    {"feed-fd", "N", "the agent's end is on descriptor N", &feed_fd, NULL},
    {"directory-fd", "N", "what waits is kept in the directory N",
	&directory_fd, NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static const struct command command = {"daypass-audit", "",
    "Writes a session's audit records. The agent starts it.", rows};

struct feed {
	int fd;
	bool over;     /* the agent has gone */
	bool farewell; /* and has said so */
	int64_t leave_at;
	bool owes; /* it could not be told: its end is full */
	struct desk desk;
};

static struct message message;

/* One message. 1; 0: there is none now; -1: the agent is gone. */
static int
receive(int fd, bool wait)
{
	static char bytes[MESSAGE_MAX];
	ssize_t got;

	/* An agent that went away without having heard all is told first; what
	 * it said before comes behind. */
	do
		got = recv(fd, bytes, sizeof(bytes), wait ? 0 : MSG_DONTWAIT);
	while (got == -1 && errno == ECONNRESET);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0)
		return -1;
	return message_parse(&message, bytes, (size_t)got, NULL) == -1 ? 0 : 1;
}

static void
take_token(struct desk *desk)
{
	char *bytes = (char *)(size_t)message_get(&message, "secret");
	const char *why = message_get(&message, "error");

	text_copy(desk->token_why, sizeof(desk->token_why), "");
	if (why != NULL)
		text_printable(desk->token_why, sizeof(desk->token_why), why,
		    strlen(why));
	if (bytes == NULL)
		return;
	secret_free(desk->token);
	desk->token = secret_copy(bytes, strlen(bytes));
	explicit_bzero(bytes, strlen(bytes));
	desk_hurry(desk);
}

static void
understand(struct feed *feed)
{
	const char *json = message_get(&message, "json");

	if (strcmp(message.word, "record") == 0 && json != NULL)
		desk_take(&feed->desk, message_number(&message, "number", 0),
		    message_get(&message, "sync") != NULL, json);
	else if (strcmp(message.word, "token") == 0)
		take_token(&feed->desk);
	else if (strcmp(message.word, "end") == 0)
		feed->farewell = true;
}

static void
drain(struct feed *feed)
{
	for (int i = 0; i < PACKETS && !feed->over; i++) {
		int got = receive(feed->fd, false);

		if (got == 0)
			return;
		if (got == 1)
			understand(feed);
		else
			feed->over = true;
	}
}

/* What the agent could not say. */
static void
speak_for_the_dead(struct feed *feed)
{
	scoped(event) struct event event;
	const char *record;

	feed->leave_at = clock_ms() + LEAVING_MS;
	if (feed->farewell)
		return;
	note_died(&event, feed->desk.order.source);
	if ((record = event_end(&event)) != NULL)
		desk_take(&feed->desk, 0, true, record);
}

static void
tell_one(struct feed *feed, const char *word,
    int (*write_it)(const struct desk *desk, struct writing *writing))
{
	char bytes[16 * 1024];
	struct writing writing;

	writing_start(&writing, bytes, sizeof(bytes), word);
	if (write_it(&feed->desk, &writing) == 0 &&
	    send(feed->fd, bytes, writing.length,
		MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		feed->owes = errno == EAGAIN;
}

static void
tell(struct feed *feed, int64_t done)
{
	if (!feed->desk.news && !feed->owes && done == feed->desk.done)
		return;
	feed->desk.news = feed->owes = false;
	tell_one(feed, "state", desk_tell_state);
	tell_one(feed, "taken", desk_tell_taken);
}

static int
patience(const struct feed *feed)
{
	int most = desk_patience(&feed->desk);
	int64_t left = feed->leave_at - clock_ms();

	if (left > LEAVING_MS - BOOK_MS)
		left -= LEAVING_MS - BOOK_MS;
	if (feed->owes && (most == -1 || most > 100))
		most = 100;
	if (feed->over && (most == -1 || most > left))
		most = left < 0 ? 0 : (int)left;
	return most;
}

static void
work(struct feed *feed)
{
	struct pollfd polls[DESK_POLLS];
	int64_t done = 0;

	for (;;) {
		bool was_over = feed->over;

		if (!feed->over)
			drain(feed);
		if (feed->over && !was_over)
			speak_for_the_dead(feed);
		desk_write(&feed->desk);
		if (feed->over &&
		    clock_ms() >= feed->leave_at - LEAVING_MS + BOOK_MS)
			desk_pass_on(&feed->desk);
		desk_carry(&feed->desk);
		if (!feed->over)
			tell(feed, done);
		done = feed->desk.done;
		if (feed->over && (desk_is_idle(&feed->desk) ||
				      clock_ms() >= feed->leave_at))
			return;
		size_t count = desk_poll(&feed->desk, polls);

		if (!feed->over)
			polls[count++] =
			    (struct pollfd){feed->fd, POLLIN, 0};
		poll(polls, count, patience(feed));
	}
}

static int
descriptor(const char *text)
{
	return text == NULL ? -1 : (int)text_number(text, INT_MAX);
}

static int
fail(int fd, const struct error *err)
{
	char bytes[2 * ERROR_TEXT_MAX];
	struct writing writing;

	writing_start(&writing, bytes, sizeof(bytes), "failed");
	writing_add(&writing, "text", err->text);
	if (writing_end(&writing) == 0)
		send(fd, bytes, writing.length, MSG_NOSIGNAL | MSG_DONTWAIT);
	return fault_exit(err->fault);
}

/* The hello names what there is to be done. */
static int
serve(int fd, int directory)
{
	static struct feed feed;
	struct error err = {.fault = FAULT_NONE};

	feed.fd = fd;
	if (receive(fd, true) != 1 || strcmp(message.word, "hello") != 0)
		return fault_exit(FAULT_USAGE);
	if (desk_open(&feed.desk, &message, directory, &err) == -1)
		return fail(fd, &err);
	work(&feed);
	desk_close(&feed.desk);
	return 0;
}

int
main(int argc, char **argv)
{
	struct error err;
	int fd;

	switch (options_read(&command, &argc, argv, false, &err)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		fprintf(stderr, "daypass-audit: %s\n", err.text);
		return fault_exit(FAULT_USAGE);
	case OPTIONS_RUN:
		break;
	}
	if ((fd = descriptor(feed_fd)) == -1) {
		fprintf(stderr, "daypass-audit: the agent starts it\n");
		return fault_exit(FAULT_USAGE);
	}
	compat_conceal();
	umask(077);
	return serve(fd, descriptor(directory_fd));
}
