/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/desk.h"
#include "audit/event.h"
#include "audit/lines.h"
#include "base/scoped.h"
#include "base/text.h"

static const char *
keep_text(struct desk *desk, const char *text)
{
	char *copy;

	if (text == NULL ||
	    desk->text_count == sizeof(desk->texts) / sizeof(desk->texts[0]) ||
	    (copy = strdup(text)) == NULL)
		return NULL;
	desk->texts[desk->text_count++] = copy;
	return copy;
}

static int
open_book(struct desk *desk, struct sink *sink, const struct head *head,
    struct error *err)
{
	struct journal_limits limits = {sink->order.size, sink->order.keep};

	sink->is_book = true;
	desk->book = sink;
	desk->journal =
	    journal_new(sink->order.sink + strlen("file:"), &limits);
	if (desk->journal == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory for a sink");
	journal_expect(desk->journal, head);
	return 0;
}

static int
open_sink(struct desk *desk, const char *text, const struct head *head,
    int directory, struct error *err)
{
	struct sink *sink = &desk->sinks[desk->count];

	if (desk->count == DESK_SINKS || carrier_for(text) == NULL)
		return error_set(err, FAULT_CONFIG, "no such sink: '%.200s'",
		    text);
	desk->count++;
	sink->order = desk->order;
	sink->order.sink = keep_text(desk, text);
	courier_init(&sink->courier, &sink->order);
	if (sink->order.sink == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory for a sink");
	if (desk->book == NULL && text_starts(text, "file:"))
		return open_book(desk, sink, head, err);
	sink->spool = spool_open(directory, text, err);
	return sink->spool == NULL ? -1 : 0;
}

static int
open_sinks(struct desk *desk, const struct message *hello,
    const struct head *head, int directory, struct error *err)
{
	const char *text;
	unsigned at = 0;

	while ((text = message_next(hello, "sink", &at)) != NULL)
		if (open_sink(desk, text, head, directory, err) == -1)
			return -1;
	if (desk->count == 0)
		return error_set(err, FAULT_CONFIG, "there is no sink");
	if (desk->book == NULL) {
		desk->head = *head;
		desk->marked = desk->taken;
		desk->mark = spool_came(desk->sinks[0].spool);
		if (spool_went(desk->sinks[0].spool) >= desk->mark)
			desk->done = desk->taken;
	} else {
		desk->done = desk->taken;
	}
	return 0;
}

/* The number of a record of this session's that the agent has made and has not
 * heard of; -1: it is none. A line that claims a later one would make us pass
 * over records that are still to come. */
static int64_t
number_in(const struct desk *desk, const char *begins, const char *line,
    size_t length)
{
	char before[DIGEST_HEX];
	struct head is;
	int64_t number;

	if (length <= strlen(begins) ||
	    strncmp(line, begins, strlen(begins)) != 0 ||
	    seal_read(line, length, &is, before) == -1 ||
	    !seal_holds(line, length))
		return -1;
	number = strtoll(line + strlen(begins), NULL, 10);
	return number > desk->taken && number <= desk->newest ? number : -1;
}

/* Records that a forerunner has written and the agent has not heard of: the
 * other sinks may not have got them. Their id begins their line. */
static void
recover_file(struct desk *desk, const char *begins, unsigned number)
{
	char name[JOURNAL_PATH_MAX];
	scoped(fd) int fd = open(
	    journal_name(desk->book->order.sink + strlen("file:"), number,
		name),
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct lines *lines = fd == -1 ? NULL : malloc(sizeof(*lines));
	enum lines_result result;
	const char *line;
	size_t length;
	int64_t found;

	if (lines == NULL)
		return;
	lines_start(lines, fd, 0);
	while ((result = lines_next(lines, &line, &length)) != LINES_END &&
	       result != LINES_FAILED) {
		if (result != LINES_ONE ||
		    (found = number_in(desk, begins, line, length)) == -1)
			continue;
		desk_distribute(desk, line, length + 1);
		desk->taken = found;
	}
	free(lines);
}

static void
recover(struct desk *desk, const char *session)
{
	char begins[128];

	snprintf(begins, sizeof(begins), EVENT_BEGINS "%.64s-", session);
	for (unsigned i = 2; i-- > 0;)
		recover_file(desk, begins, i);
}

int
desk_open(struct desk *desk, const struct message *hello, int directory,
    struct error *err)
{
	const char *session = message_get(hello, "session");
	const char *hash = message_get(hello, "hash");
	char source[EVENT_SOURCE_MAX];
	struct head head;

	*desk = (struct desk){.last = NULL};
	desk->last = &desk->first;
	head_start(&head);
	if (hash != NULL && strlen(hash) == DIGEST_HEX - 1) {
		memcpy(head.hash, hash, DIGEST_HEX);
		head.sequence = message_number(hello, "sequence", 0);
	}
	event_source(session == NULL ? "" : session, source);
	desk->order = (struct order){.source = keep_text(desk, source),
	    .ca_file = keep_text(desk, message_get(hello, "ca-file")),
	    .size = message_number(hello, "size", JOURNAL_SIZE),
	    .keep = (unsigned)message_number(hello, "keep", JOURNAL_KEEP)};
	desk->taken = message_number(hello, "taken", 0);
	desk->newest = message_number(hello, "newest", INT64_MAX);
	desk->wants_token = message_get(hello, "wants-token") != NULL;
	desk->news = true;
	if (desk->order.source == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory for a desk");
	if (open_sinks(desk, hello, &head, directory, err) == -1)
		return -1;
	if (desk->book != NULL && message_get(hello, "again") != NULL) {
		recover(desk, session == NULL ? "" : session);
		desk->done = desk->taken;
	}
	return 0;
}

void
desk_close(struct desk *desk)
{
	struct waiting *waiting;

	while ((waiting = desk->first) != NULL) {
		desk->first = waiting->next;
		free(waiting);
	}
	for (size_t i = 0; i < desk->count; i++) {
		courier_stop(&desk->sinks[i].courier);
		spool_free(desk->sinks[i].spool);
	}
	journal_free(desk->journal);
	secret_free(desk->token);
	while (desk->text_count > 0)
		free(desk->texts[--desk->text_count]);
}
