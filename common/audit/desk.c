/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "audit/desk.h"
#include "audit/note.h"
#include "base/clock.h"
#include "base/text.h"

#define RETRY_MS 1000
#define TURN_RECORDS 256
#define LINES_MAX (4 * 1024 * 1024)

static int
keep(struct desk *desk, int64_t number, bool sync, const char *json)
{
	size_t length = strlen(json);
	struct waiting *waiting;

	if ((waiting = malloc(sizeof(*waiting) + length + 1)) == NULL)
		return -1;
	*waiting = (struct waiting){
	    .number = number, .sync = sync, .length = length};
	memcpy(waiting->json, json, length + 1);
	*desk->last = waiting;
	desk->last = &waiting->next;
	return 0;
}

/* What cannot be a record must hold up none of those that are: another one
 * says that it was there. */
int
desk_take(struct desk *desk, int64_t number, bool sync, const char *json)
{
	scoped(event) struct event event = {.comma = false};

	if (number != 0 && number <= desk->taken)
		return 0; /* it comes again, and is here */
	if (!seal_takes(json)) {
		note_gap(&event, desk->order.source, "daypass-audit", 1,
		    clock_unix(), "what the agent said was no record");
		json = event_end(&event);
	}
	return json == NULL ? -1 : keep(desk, number, sync, json);
}

static void
drop_first(struct desk *desk, size_t count)
{
	while (count-- > 0) {
		struct waiting *waiting = desk->first;

		desk->first = waiting->next;
		if (desk->first == NULL)
			desk->last = &desk->first;
		if (waiting->number != 0)
			desk->taken = waiting->number;
		free(waiting);
	}
	desk->news = true;
}

static void
sink_fails(struct desk *desk, struct sink *sink, const struct error *err)
{
	desk->news |=
	    !sink->failing || strncmp(sink->why, err->text,
				  sizeof(sink->why) - 1) != 0;
	sink->failing = true;
	text_printable(
	    sink->why, sizeof(sink->why), err->text, strlen(err->text));
}

static void
sink_works(struct desk *desk, struct sink *sink)
{
	desk->news |= sink->failing;
	sink->failing = false;
}

/* One line for a sink that has no room is lost to it, and counted. */
static void
spool_line(struct sink *sink, const char *line, size_t length)
{
	struct error err;

	if (spool_add(sink->spool, line, length, &err) == 0)
		return;
	if (sink->lost++ == 0) {
		sink->lost_since = clock_unix();
		text_copy(sink->lost_why, sizeof(sink->lost_why),
		    sink->failing ? sink->why : err.text);
	}
	sink->lost_ever++;
}

void
desk_distribute(struct desk *desk, const char *lines, size_t length)
{
	const char *line, *at;
	size_t line_length;

	for (size_t i = 0; i < desk->count; i++) {
		struct sink *sink = &desk->sinks[i];

		at = lines;
		while (!sink->is_book && (line = carrier_line(&at,
					      lines + length, &line_length)) !=
					     NULL)
			spool_line(sink, line, line_length + 1);
	}
}

/* Where it counts, of a desk without a book: in the first sink. */
static void
mark_done(struct desk *desk)
{
	if (desk->book != NULL)
		desk->done = desk->taken;
	else if (spool_went(desk->sinks[0].spool) >= desk->mark)
		desk->done = desk->marked;
}

static int
add_to_book(struct desk *desk, const char *finding, size_t *count, bool *sync,
    struct error *err)
{
	if (finding[0] != '\0') {
		*sync = true;
		if (note_tampered(desk->journal, desk->order.source, finding,
			err) == -1)
			return -1;
	}
	for (const struct waiting *waiting = desk->first;
	     waiting != NULL && *count < TURN_RECORDS;
	     waiting = waiting->next, ++*count) {
		if (journal_add(desk->journal, waiting->json, NULL, err) == -1)
			return *count > 0 ? 0 : -1;
		*sync |= waiting->sync;
	}
	return 0;
}

static int
write_book(struct desk *desk, struct error *err)
{
	const char *finding, *lines;
	size_t count = 0;
	bool sync = false;

	if (journal_begin(desk->journal, &finding, err) == -1)
		return -1;
	if (add_to_book(desk, finding, &count, &sync, err) == -1) {
		journal_cancel(desk->journal);
		return -1;
	}
	if (journal_commit(desk->journal, sync, &lines, err) == -1)
		return -1;
	desk_distribute(desk, lines, strlen(lines));
	drop_first(desk, count);
	return 0;
}

/* Without a book a record is ours once it is in the first spool. */
static int
write_spools(struct desk *desk, struct error *err)
{
	scoped(buffer) struct buffer line = BUFFER(SEAL_LINE_MAX);
	struct spool *spool = desk->sinks[0].spool;
	struct head head = desk->head;

	if (seal(&head, desk->first->json, NULL, &line) == -1)
		return error_set(
		    err, FAULT_SYSTEM, "a record cannot be sealed");
	if (spool_bytes(spool) + (int64_t)line.length > SPOOL_MAX)
		return error_set(err, FAULT_SYSTEM, "%s",
		    desk->sinks[0].failing ? desk->sinks[0].why
					   : "too many records wait");
	desk_distribute(desk, buffer_text(&line), line.length);
	desk->head = head;
	drop_first(desk, 1);
	desk->marked = desk->taken;
	desk->mark = spool_came(spool);
	return 0;
}

/* What cannot be written for good must not hold up what can. */
static void
write_one_turn(struct desk *desk)
{
	struct error err = {.fault = FAULT_NONE};
	int result = desk->book != NULL ? write_book(desk, &err)
					: write_spools(desk, &err);

	if (result == 0) {
		if (desk->book != NULL)
			sink_works(desk, desk->book);
		desk->retry_at = 0;
		return;
	}
	if (desk->book != NULL)
		sink_fails(desk, desk->book, &err);
	desk->retry_at = clock_ms() + RETRY_MS;
}

/* A sink that has room again is told how many it has not got; so are all. */
static void
tell_gaps(struct desk *desk)
{
	for (size_t i = 0; i < desk->count; i++) {
		struct sink *sink = &desk->sinks[i];
		scoped(event) struct event event = {.comma = false};
		const char *record;

		if (sink->lost == 0 || spool_bytes(sink->spool) > SPOOL_MAX / 2)
			continue;
		note_gap(&event, desk->order.source, sink->order.sink,
		    sink->lost, sink->lost_since, sink->lost_why);
		if ((record = event_end(&event)) != NULL &&
		    desk_take(desk, 0, true, record) == 0)
			sink->lost = 0;
	}
}

void
desk_write(struct desk *desk)
{
	tell_gaps(desk);
	while (desk->first != NULL && clock_ms() >= desk->retry_at)
		write_one_turn(desk);
	mark_done(desk);
}

void
desk_pass_on(struct desk *desk)
{
	struct head head;

	if (desk->book == NULL || !desk->book->failing || desk->count < 2)
		return;
	head = *journal_head(desk->journal);
	while (desk->first != NULL) {
		scoped(buffer) struct buffer line = BUFFER(SEAL_LINE_MAX);

		if (seal(&head, desk->first->json, NULL, &line) == 0)
			desk_distribute(
			    desk, buffer_text(&line), line.length);
		drop_first(desk, 1);
	}
}

static bool
is_remote(const struct sink *sink)
{
	return !text_starts(sink->order.sink, "file:") &&
	       !text_starts(sink->order.sink, "syslog:");
}

/* Has it, or needs it not, what it is to be shown? */
static bool
has_token(struct desk *desk, struct sink *sink)
{
	struct error err;

	if (!desk->wants_token || desk->token != NULL || !is_remote(sink))
		return true;
	if (desk->token_why[0] != '\0') {
		error_set(&err, FAULT_REFUSED, "[audit] credential: %s",
		    desk->token_why);
		sink_fails(desk, sink, &err);
	}
	return false;
}

static void
give_batch(struct desk *desk, struct sink *sink)
{
	static char lines[COURIER_BATCH];
	struct error err = {.fault = FAULT_NONE};

	if (!has_token(desk, sink)) {
		courier_rest(&sink->courier);
		return;
	}
	sink->batch = spool_peek(sink->spool, lines, sizeof(lines) - 1);
	if (sink->batch == 0)
		return;
	sink->batch_lines = 0;
	for (size_t i = 0; i < sink->batch; i++)
		sink->batch_lines += lines[i] == '\n';
	if (courier_give(&sink->courier, lines, sink->batch,
		is_remote(sink) ? desk->token : NULL, &err) == -1)
		sink_fails(desk, sink, &err);
}

void
desk_hurry(struct desk *desk)
{
	for (size_t i = 0; i < desk->count; i++)
		desk->sinks[i].courier.retry_at = 0;
}

static void
hear(struct desk *desk, struct sink *sink)
{
	struct error err = {.fault = FAULT_NONE};
	int heard;

	if (sink->courier.fd == -1)
		return;
	heard = courier_hear(&sink->courier, &err);
	if (heard == 1) {
		spool_drop(sink->spool, sink->batch, sink->batch_lines);
		sink_works(desk, sink);
		desk->news = true;
	}
	if (heard == -1 || courier_late(&sink->courier, &err))
		sink_fails(desk, sink, &err);
}

void
desk_carry(struct desk *desk)
{
	for (size_t i = 0; i < desk->count; i++) {
		struct sink *sink = &desk->sinks[i];

		if (sink->is_book)
			continue;
		hear(desk, sink);
		if (courier_free(&sink->courier))
			give_batch(desk, sink);
	}
	mark_done(desk);
}

size_t
desk_poll(const struct desk *desk, struct pollfd *polls)
{
	size_t count = 0;

	for (size_t i = 0; i < desk->count; i++)
		if (desk->sinks[i].courier.fd != -1)
			polls[count++] = (struct pollfd){
			    desk->sinks[i].courier.fd, POLLIN, 0};
	return count;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a == 0 || b < a ? b : a;
}

int
desk_patience(const struct desk *desk)
{
	int64_t now = clock_ms(), at = 0;

	if (desk->first != NULL)
		at = sooner(at, desk->retry_at);
	for (size_t i = 0; i < desk->count; i++) {
		const struct sink *sink = &desk->sinks[i];

		if (sink->is_book)
			continue;
		if (sink->courier.busy)
			at = sooner(at, sink->courier.deadline);
		else if (spool_waiting(sink->spool) > 0)
			at = sooner(at, sink->courier.retry_at + 1);
	}
	if (at == 0)
		return -1;
	return at <= now ? 0 : (int)(at - now > 60000 ? 60000 : at - now);
}

bool
desk_is_idle(const struct desk *desk)
{
	for (size_t i = 0; i < desk->count; i++)
		if (!desk->sinks[i].is_book &&
		    spool_waiting(desk->sinks[i].spool) > 0)
			return false;
	return desk->first == NULL;
}
