/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "tap.h"

static void
refused(const char *bytes, size_t length, const char *why)
{
	struct error err = {0};
	scoped(json) struct json *json = json_parse(bytes, length, &err);

	tap_ok(json == NULL, "refused: %s", why);
	tap_ok(err.text[0] != '\0', "says why: %s", err.text);
}

static void
refuses(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
	    {"", "nothing"},
	    {"  ", "blanks"},
	    {"null", "null"},
	    {"\"text\"", "a string alone"},
	    {"12", "a number alone"},
	    {"{", "cut off"},
	    {"{\"a\":1", "cut off behind a value"},
	    {"{\"a\":\"b", "cut off in a string"},
	    {"{\"a\":1}x", "bytes behind it"},
	    {"{\"a\":1}{}", "another document behind it"},
	    {"{\"a\":1,}", "a comma too many"},
	    {"{'a':1}", "single quotes"},
	    {"{a:1}", "no quotes"},
	    {"{\"a\":NaN}", "NaN"},
	    {"{\"a\":-Infinity}", "infinity"},
	    {"{\"a\":TRUE}", "TRUE"},
	    {"{\"a\":01}", "a leading zero"},
	    {"{/**/\"a\":1}", "a comment"},
	    {"{\"a\":\"x\ny\"}", "a line break in a string"},
	    {"{\"a\":\"\xff\"}", "no UTF-8"},
	    {"{\"a\":1,\"a\":2}", "a key twice"},
	    {"{\"a\":1,\"\\u0061\":2}", "a key twice, once escaped"},
	    {"{\"b\":[{\"a\":{\"x\":1},\"a\":1}]}", "a key twice, deep"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(cases[i].text, strlen(cases[i].text), cases[i].why);
	refused("{}\0", 3, "a NUL behind it");
	refused("{\"a\0b\":1}", 9, "a NUL in it");
}

static void
limits_depth(void)
{
	char text[128];
	struct error err = {0};
	struct json *json;

	for (int depth = 31; depth <= 33; depth += 2) {
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		json = json_parse(text, 2 * (size_t)depth, &err);
		tap_ok((json != NULL) == (depth == 31), "%d deep", depth);
		json_free(json);
	}
}

static const char document[] =
    "{\"text\":\"a:b\\\"c\\\\\", \"nul\":\"a\\u0000b\", \"none\":null,"
    " \"int\":1700000000, \"minus\":-5, \"float\":1.7e9, \"cut\":3599.9,"
    " \"digits\":\"3600\", \"huge\":99999999999999999999999,"
    " \"wide\":1e300, \"yes\":true, \"list\":[\"x\",\"y\",3],"
    " \"https://a.b/claim\":\"url\", \"objects\":[{\"k\":\"v\"},{}],"
    " \"mixed\":[{},1], \"empty\":[]}\n";

static void
strings(const struct json *json)
{
	const char *string = NULL;

	tap_ok(json_string(json, "text", &string), "a string");
	tap_is(string, "a:b\"c\\", "its escapes are decoded");
	tap_ok(json_string(json, "objects/0/k", &string), "by path");
	tap_is(string, "v", "its value");
	tap_ok(json_string(json, "https://a.b/claim", &string),
	    "a name with slashes");
	tap_is(string, "url", "its value");
	tap_ok(!json_string(json, "nul", &string), "one with a NUL");
	tap_ok(!json_string(json, "int", &string), "a number is none");
	tap_ok(!json_string(json, "missing", &string), "a missing one");
	tap_ok(!json_string(json, "none", &string), "null");
	tap_ok(!json_string(json, "objects/7/k", &string), "beyond the end");
	tap_ok(!json_string(json, "text/x", &string), "below a string");
	tap_is(string, "url", "what fails sets nothing");
}

static void
number(const struct json *json, const char *path, int64_t expected)
{
	int64_t value = -1;

	tap_ok(json_integer(json, path, &value), "%s is a number", path);
	tap_number(value, expected, "its value");
}

static void
numbers(const struct json *json)
{
	int64_t value = 7;
	bool yes = false;

	number(json, "int", 1700000000);
	number(json, "minus", -5);
	number(json, "float", 1700000000);
	number(json, "cut", 3599);
	number(json, "digits", 3600);
	number(json, "huge", INT64_MAX);
	number(json, "wide", INT64_MAX);
	tap_ok(!json_integer(json, "text", &value), "text is none");
	tap_ok(!json_integer(json, "yes", &value), "true is none");
	tap_number(value, 7, "what fails sets nothing");
	tap_ok(json_boolean(json, "yes", &yes) && yes, "a boolean");
	tap_ok(!json_boolean(json, "int", &yes), "a number is no boolean");
}

static void
lists(const struct json *json)
{
	const char *string = NULL;
	size_t count = 0;

	tap_ok(json_count(json, "list", &count), "an array");
	tap_number((int64_t)count, 3, "its length");
	tap_ok(json_element(json, "list", 1, &string), "an element");
	tap_is(string, "y", "its value");
	tap_ok(!json_element(json, "list", 2, &string), "a number is none");
	tap_ok(!json_element(json, "list", 3, &string), "beyond the end");
	tap_ok(json_count(json, "text", &count) && count == 1, "a string");
	tap_ok(json_element(json, "text", 0, &string), "its only element");
	tap_ok(!json_element(json, "text", 1, &string), "there is no second");
	tap_ok(json_has(json, ""), "the whole is an object");
	tap_ok(json_has(json, "objects"), "an array of objects");
	tap_ok(json_is_object(json, "objects/1"), "an object");
	tap_ok(!json_is_object(json, "objects"), "an array is none");
	tap_ok(!json_has(json, "mixed"), "an array of all sorts");
	tap_ok(!json_has(json, "empty"), "an empty array");
	tap_ok(!json_has(json, "text"), "a string");
}

static void
names(void)
{
	static const char own[] = "{\"a\":{\"b\":1,\"c\":null},\"d\":[{}]}";
	static const char *const both[] = {"b", "c", "x", NULL};
	static const char *const one[] = {"b", NULL};
	static const char *const none[] = {NULL};
	scoped(json) struct json *ours = json_parse(own, strlen(own), NULL);

	tap_ok(json_only(ours, "a", both), "no member but these");
	tap_ok(!json_only(ours, "a", one), "one more");
	tap_ok(json_only(ours, "d/0", none), "an empty object");
	tap_ok(!json_only(ours, "a/b", both), "a number has no members");
	tap_ok(!json_only(ours, "nobody", both), "nor what is not there");
	tap_is(json_member(ours, "a", 1), "c", "a member's second member");
	tap_ok(json_member(ours, "a", 2) == NULL, "it has no third");
	tap_ok(json_member(ours, "a/b", 0) == NULL, "and a number has none");
}

static void
writes(void)
{
	scoped(buffer) struct buffer out = BUFFER(256);
	scoped(secret) struct secret *secret = secret_new(64);
	scoped(secret) struct secret *small = secret_new(4);
	static const char nasty[] = "a\"\\\n\t\001\x7fü";
	static const char quoted[] = "\"a\\\"\\\\\\n\\t\\u0001\\u007fü\"";

	json_quote(&out, nasty);
	tap_is(buffer_text(&out), quoted, "quoted");
	json_quote_secret(secret, nasty, strlen(nasty));
	tap_is(secret_bytes(secret), quoted, "a secret likewise");
	while (secret_room(small) > 6)
		secret_add(small, "x", 1);
	tap_number(
	    json_quote_secret(small, nasty, strlen(nasty)), -1, "no room");
	tap_number((int64_t)secret_room(small), 6, "nothing is appended");
}

int
main(void)
{
	scoped(json) struct json *json = NULL;
	struct error err = {0};

	refuses();
	limits_depth();
	json = json_parse(document, strlen(document), &err);
	if (tap_ok(json != NULL, "a document %s", err.text)) {
		strings(json);
		numbers(json);
		lists(json);
	}
	names();
	writes();
	return tap_done();
}
