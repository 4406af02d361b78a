/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "wire/message.h"

static struct message message;
static struct error error;
static char room[MESSAGE_MAX + 1024];

static int
parse_bytes(const char *bytes, size_t length)
{
	memcpy(room, bytes, length);
	return message_parse(&message, room, length, &error);
}

static int
parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void
test_complete(void)
{
	tap_number(
	    (int64_t)message_complete("", 0), 0, "nothing is no message");
	tap_number((int64_t)message_complete("a=b\n", 4), 0, "no empty line");
	tap_number((int64_t)message_complete("a=b\n\n", 5), 5, "an empty line");
	tap_number((int64_t)message_complete("a=b\n\nmore\n\n", 11), 5,
	    "bytes behind a message are not part of it");
	tap_number((int64_t)message_complete("\na=b\n\n", 6), 1,
	    "an empty first line ends it");
}

static void
test_good(void)
{
	static const char *const known[] = {"b", NULL};
	unsigned at = 0;

	tap_ok(
	    parse("daypass=1 get\ntool=git\na=1\na=2=3\nempty=\n!b=1\n\n") == 0,
	    "a message is parsed");
	tap_is(message.word, "get", "its word");
	tap_number(message.count, 5, "its attributes");
	tap_is(message_get(&message, "tool"), "git", "a value");
	tap_is(message_get(&message, "a"), "2=3", "the last value of a key");
	tap_is(message_get(&message, "empty"), "", "an empty value");
	tap_is(message_get(&message, "none"), NULL, "a missing key");
	tap_is(message_next(&message, "a", &at), "1", "the first of two");
	tap_is(message_next(&message, "a", &at), "2=3", "the second of two");
	tap_is(message_next(&message, "a", &at), NULL, "no third");
	tap_ok(message_must(&message, known, &error) == 0, "a known !key");
	tap_ok(message_must(&message, known + 1, &error) == -1,
	    "an unknown !key is refused");
	tap_ok(strstr(error.text, "'b'") != NULL, "by its name");
	parse("daypass=1 ok\nn=17\nbad=17x\nlong=99999999999999999999\n\n");
	tap_number(message_number(&message, "n", -5), 17, "a number");
	tap_number(message_number(&message, "bad", -5), -5, "no number");
	tap_number(message_number(&message, "long", -5), -5, "too large");
	tap_number(message_number(&message, "none", -5), -5, "none");
	tap_ok(parse("daypass=1 status\n\n") == 0, "one line alone");
}

static void
test_bad(void)
{
	static const char *const bad[] = {"\n", "\n\n", "daypass=1 get\n",
	    "daypass=1 get\n\nx", "x=1\n\n", "daypass=1\n\n", "daypass=1 \n\n",
	    "daypass=2 get\n\n", "daypass=10 get\n\n", "daypass= get\n\n",
	    "get\n\n", "daypass=1 get\nline\n\n", "daypass=1 get\n=value\n\n",
	    "daypass=1 get\na=1\n\nb=2\n\n", NULL};

	for (const char *const *text = bad; *text != NULL; text++) {
		error.fault = FAULT_NONE;
		tap_ok(parse(*text) == -1 && error.fault == FAULT_SYSTEM,
		    "refused: bad message %d", (int)(text - bad));
	}
	tap_ok(parse_bytes("daypass=1 get\na=\0b\n\n", 20) == -1,
	    "refused: a NUL");
	tap_ok(parse_bytes("", 0) == -1, "refused: nothing");
}

static void
test_limits(void)
{
	static const char head[] = "daypass=1 x\nk=";
	char many[16 + 4 * (MESSAGE_ATTRIBUTES + 1) + 2] = "daypass=1 x\n";
	size_t size = sizeof(head) - 1;

	memcpy(room, head, size);
	memset(room + size, 'v', MESSAGE_VALUE_MAX);
	memcpy(room + size + MESSAGE_VALUE_MAX, "\n\n", 2);
	tap_ok(message_parse(
		   &message, room, size + MESSAGE_VALUE_MAX + 2, &error) == 0,
	    "the longest value");
	memcpy(room, head, size);
	memset(room + size, 'v', MESSAGE_VALUE_MAX + 1);
	memcpy(room + size + MESSAGE_VALUE_MAX + 1, "\n\n", 2);
	tap_ok(message_parse(
		   &message, room, size + MESSAGE_VALUE_MAX + 3, &error) == -1,
	    "a longer one");
	for (int i = 0; i < MESSAGE_ATTRIBUTES; i++)
		strcat(many, "a=b\n");
	strcat(many, "\n");
	tap_ok(parse(many) == 0, "the most lines");
	many[strlen(many) - 1] = '\0';
	strcat(many, "a=b\n\n");
	tap_ok(parse(many) == -1, "one more");
	memset(room, 'x', sizeof(room));
	tap_ok(message_parse(&message, room, MESSAGE_MAX + 1, &error) == -1,
	    "more than a message may have");
}

static void
test_writing(void)
{
	struct writing writing;
	char bytes[64], big[MESSAGE_VALUE_MAX + 2];

	writing_start(&writing, bytes, sizeof(bytes), "ok");
	writing_add(&writing, "a", "b=c");
	writing_add_bytes(&writing, "d", "efg", 2);
	writing_number(&writing, "n", -12);
	tap_ok(writing_end(&writing) == 0, "a message is written");
	bytes[writing.length] = '\0';
	tap_is(bytes, "daypass=1 ok\na=b=c\nd=ef\nn=-12\n\n", "as it should");
	tap_ok(message_parse(&message, bytes, writing.length, &error) == 0,
	    "and can be read");
	writing_start(&writing, bytes, sizeof(bytes), "ok");
	writing_add(&writing, "a", "b\nc");
	tap_ok(writing_end(&writing) == -1, "a line break in a value");
	writing_start(&writing, bytes, sizeof(bytes), "ok");
	writing_add_bytes(&writing, "a", "b\0c", 3);
	tap_ok(writing_end(&writing) == -1, "a NUL in a value");
	writing_start(&writing, bytes, sizeof(bytes), "ok");
	writing_add(&writing, "a=b", "c");
	tap_ok(writing_end(&writing) == -1, "a = in a key");
	writing_start(&writing, bytes, 18, "ok");
	writing_add(&writing, "a", "b");
	tap_ok(writing_end(&writing) == 0, "room to the last byte");
	writing_start(&writing, bytes, 17, "ok");
	writing_add(&writing, "a", "b");
	tap_ok(writing_end(&writing) == -1, "one byte too few");
	memset(big, 'v', sizeof(big));
	writing_start(&writing, room, sizeof(room), "ok");
	writing_add_bytes(&writing, "a", big, MESSAGE_VALUE_MAX + 1);
	tap_ok(writing_end(&writing) == -1, "too long a value");
}

int
main(void)
{
	test_complete();
	test_good();
	test_bad();
	test_limits();
	test_writing();
	return tap_done();
}
