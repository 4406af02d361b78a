/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "audit/event.h"
#include "audit/seal.h"
#include "tap.h"

/* By hand, with sha256sum(1). */
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define HASH1 "874ce4addd6a00006849dbc9742c1b139f4374775ae1eeab715781a457bb1bf6"
#define FIRST                                                                  \
	"{\"a\":1,\"sequence\":\"0000000000000001\",\"prevhash\":\"" ZERO      \
	"\",\"hash\":\""                                                       \
	HASH1 "\"}"

static struct buffer lines = BUFFER(SEAL_LINE_MAX * 4);

/* The n-th line, without its end. */
static const char *
line(unsigned n, size_t *length)
{
	const char *at = buffer_text(&lines);

	while (n-- > 0)
		at = strchr(at, '\n') + 1;
	*length = strcspn(at, "\n");
	return at;
}

static void
seals(struct head *head)
{
	tap_number(seal(head, "{\"a\":1}", NULL, &lines), 0, "the first");
	tap_is(buffer_text(&lines), FIRST "\n", "to the byte");
	tap_is(head->hash, HASH1, "the head is its hash");
	tap_number(head->sequence, 1, "and its number");
	tap_number(seal(head, "{\"b\":2}", "\"first\":\"x\"", &lines), 0,
	    "the second, with more in it");
	tap_number(seal(head, "{}", NULL, &lines), 0, "an empty one");
	tap_number(seal(head, "{\"c\":\n3}", NULL, &lines), -1,
	    "no line ends within");
	tap_number(seal(head, "[]", NULL, &lines), -1, "nothing but objects");
	tap_number(head->sequence, 3, "the head stays where it was");
}

static void
follows(void)
{
	struct head head;
	size_t length;
	const char *first = line(0, &length);

	head_start(&head);
	tap_ok(seal_follow(&head, first, length, false) == NULL, "follows");
	tap_is(seal_follow(&head, first, length, false),
	    "it stands behind one that came after it", "once");
	first = line(2, &length);
	tap_is(seal_follow(&head, first, length, false),
	    "records before it are missing", "the third on the first");
	tap_ok(seal_follow(&head, first, length, true) == NULL,
	    "unless anything may be first");
	head_start(&head);
	head.hash[3] = '7';
	first = line(0, &length);
	tap_is(seal_follow(&head, first, length, false),
	    "the record before it was replaced", "another one before it");
	tap_is(seal_follow(&head, first, length - 1, false), "it is no record",
	    "cut off");
}

static void
too_much(void)
{
	struct head head = {.sequence = 9999999999999999LL, .hash = ZERO};
	char large[SEAL_LINE_MAX + 1];

	tap_number(seal(&head, "{}", NULL, &lines), -1, "numbers end");
	head_start(&head);
	memset(large, ' ', sizeof(large));
	large[0] = '{';
	large[sizeof(large) - 2] = '}';
	large[sizeof(large) - 1] = '\0';
	tap_number(seal(&head, large, NULL, &lines), -1, "so do lines");
}

/* What others wrote stays in its string. */
static void
events(void)
{
	struct event_head head = {.source = "daypass://h/s",
	    .id = "s-1",
	    .type = "deny",
	    .subject = NULL,
	    .time = 0};
	struct event event;

	event_start(&event, &head);
	event_text(&event, "error", "a\"},\n\x1b[31m\xff");
	event_text(&event, "none", NULL);
	event_open(&event, "list", '[');
	event_number(&event, NULL, 1);
	event_number(&event, NULL, -2);
	event_close(&event, ']');
	event_flag(&event, "yes", true);
	tap_is(event_end(&event),
	    "{\"specversion\":\"1.0\",\"id\":\"s-1\","
	    "\"source\":\"daypass://h/s\",\"type\":\"dev.daypass.deny\","
	    "\"time\":\"1970-01-01T00:00:00Z\","
	    "\"datacontenttype\":\"application/json\","
	    "\"data\":{\"error\":\"a\\\"},??[31m?\",\"list\":[1,-2],"
	    "\"yes\":true}}",
	    "an event");
	event_free(&event);
}

/* All that strangers may write, as long as they can: there is a record. */
static void
long_events(void)
{
	struct event_head head = {.source = "daypass://h/s",
	    .id = "s-1",
	    .type = "mint",
	    .time = 0};
	struct event event, piece;
	char text[EVENT_TEXT_MAX * 2], name[8];
	const char *process, *record;

	memset(text, '"', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	head.subject = text;
	event_piece(&piece, '[');
	for (int i = 0; i < 8; i++) {
		event_open(&piece, NULL, '{');
		event_number(&piece, "pid", INT64_MAX);
		event_text(&piece, "comm", text);
		event_text(&piece, "exe", text);
		event_close(&piece, '}');
	}
	process = event_piece_end(&piece, ']');
	tap_ok(process != NULL, "eight processes");
	event_start(&event, &head);
	event_raw(&event, "process", process);
	event_raw(&event, "approver_process", process);
	for (int i = 0; i < 34; i++) {
		snprintf(name, sizeof(name), "text%d", i);
		event_text(&event, name, text);
	}
	event_text(&event, "sha256", HASH1);
	record = event_end(&event);
	tap_ok(record != NULL && seal_takes(record), "and all texts");
	tap_ok(record != NULL && strstr(record, "\"" HASH1 "\"") != NULL,
	    "a digest is whole");
	event_free(&piece);
	event_free(&event);
	memset(text, 'x', sizeof(text) - 1);
	head.subject = NULL;
	event_start(&event, &head);
	event_text(&event, "target", "git");
	text[EVENT_TEXT_MAX - 1] = '\0';
	event_text(&event, "error", text);
	record = event_end(&event);
	tap_ok(strstr(record, text) != NULL, "one alone is whole");
	event_free(&event);
}

int
main(void)
{
	struct head head;

	head_start(&head);
	seals(&head);
	follows();
	too_much();
	events();
	long_events();
	buffer_free(&lines);
	return tap_done();
}
