/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "helpers/dockerkey.h"
#include "helpers/object.h"
#include "tap.h"

static struct object object;
static char room[65536];

static int
read_text(const char *text)
{
	strcpy(room, text);
	return object_read(&object, room, strlen(text), NULL);
}

static void
test_good(void)
{
	tap_ok(read_text(" {\"ServerURL\" : \"https://a/v1/\",\n"
			 "\"username\":\"u\",\"x\":\"1\",\"x\":\"2\"} \n") == 0,
	    "an object");
	tap_number(object.count, 4, "its members");
	tap_is(object_get(&object, "ServerURL"), "https://a/v1/", "a value");
	tap_is(object_get(&object, "Username"), "u", "as Go reads names");
	tap_is(object_get(&object, "x"), "2", "the last of two");
	tap_is(object_get(&object, "y"), NULL, "none");
	tap_ok(read_text("{}") == 0 && object.count == 0, "an empty one");
	tap_ok(read_text("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}") == 0,
	    "escapes");
	tap_is(object_get(&object, "a"), "\"\\/\b\f\n\r\t", "decoded");
	tap_ok(
	    read_text("{\"a\":\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"}") == 0,
	    "code points");
	tap_is(object_get(&object, "a"),
	    "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "as UTF-8");
}

static void
test_bad(void)
{
	static const char *const bad[] = {"", " ", "[]", "\"a\"", "{",
	    "{\"a\"}", "{\"a\":}", "{\"a\":1}", "{\"a\":null}", "{\"a\":{}}",
	    "{\"a\":\"b\",}", "{\"a\":\"b\"", "{\"a\":\"b\"}x", "{a:\"b\"}",
	    "{\"a\":\"b\" \"c\":\"d\"}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}",
	    "{\"a\":\"\\u12\"}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\\ud800\"}",
	    "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\",
	    "{\"a\":\"\\u", NULL};

	for (const char *const *text = bad; *text != NULL; text++)
		tap_ok(read_text(*text) == -1, "refused: bad object %d",
		    (int)(text - bad));
	memcpy(room, "{\"a\":\"b\0\"}", 11);
	tap_ok(object_read(&object, room, 10, NULL) == -1, "a NUL");
	memcpy(room, "{}\0", 3);
	tap_ok(object_read(&object, room, 3, NULL) == -1, "a NUL behind it");
}

static void
test_limit(void)
{
	char *to = room;

	for (int i = 0; i < OBJECT_MEMBERS; i++)
		to = stpcpy(to, i == 0 ? "{\"a\":\"b\"" : ",\"a\":\"b\"");
	strcpy(to, "}");
	tap_ok(object_read(&object, room, strlen(room), NULL) == 0,
	    "the most members");
	to = room;
	for (int i = 0; i <= OBJECT_MEMBERS; i++)
		to = stpcpy(to, i == 0 ? "{\"a\":\"b\"" : ",\"a\":\"b\"");
	strcpy(to, "}");
	tap_ok(
	    object_read(&object, room, strlen(room), NULL) == -1, "one more");
}

static const char *
key(const char *bytes, size_t length, const char **failure)
{
	memcpy(room, bytes, length);
	return dockerkey_read(room, length, failure);
}

static void
test_key(void)
{
	const char *failure;

	tap_is(key("docker.io", 9, &failure), "docker.io", "a key");
	tap_is(key(" \r\n\tghcr.io/a \n", 15, &failure), "ghcr.io/a",
	    "white space is trimmed");
	tap_is(key("", 0, &failure), NULL, "none");
	tap_is(failure, "no credentials server URL", "in docker's words");
	tap_is(key(" \n", 2, &failure), NULL, "white space alone");
	tap_is(failure, "no credentials server URL", "in docker's words");
	tap_is(key("a\nb", 3, &failure), "a\nb", "two lines");
	tap_ok(!dockerkey_is_askable("a\nb") && !dockerkey_is_askable("a\x7f"),
	    "which nothing can bind");
	tap_ok(dockerkey_is_askable("not a host"), "other bytes may be asked");
	memset(room, 'x', 2048);
	room[2047] = '\0';
	tap_ok(dockerkey_is_askable(room), "2047 of them");
	room[2047] = 'x';
	room[2048] = '\0';
	tap_ok(!dockerkey_is_askable(room), "and no more");
	tap_is(key("a\0b", 3, &failure), NULL, "a NUL");
	tap_is(failure, "credentials not found in native keychain",
	    "nobody's name");
	tap_is(key("\0", 1, &failure), NULL, "a NUL alone");
}

int
main(void)
{
	test_good();
	test_bad();
	test_limit();
	test_key();
	return tap_done();
}
