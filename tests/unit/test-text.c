/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tap.h"

static void
test_copy(void)
{
	char room[4] = "old";

	tap_number(text_copy(room, sizeof(room), "abc"), 0, "what just fits");
	tap_is(room, "abc", "is copied");
	tap_number(text_copy(room, sizeof(room), "abcd"), -1, "one more");
	tap_is(room, "", "leaves nothing");
	tap_number(text_copy(room, 1, ""), 0, "nothing fits into a byte");
	tap_is(room, "", "and is copied");
}

/* Shown with that much room. */
static void
shows(const char *text, size_t length, size_t size, const char *expected)
{
	char room[64];

	memset(room, '#', sizeof(room));
	text_printable(room, size, text, length);
	tap_is(room, expected, "in %zu bytes: %s", size, expected);
	tap_ok(room[size] == '#', "and no byte behind them");
}

static void
test_printable(void)
{
	shows("plain", 5, 32, "plain");
	shows("", 0, 32, "");
	shows("a\tb\nc\x1b[31m\x7f", 11, 32, "a?b?c?[31m?");
	shows("a\0b", 3, 32, "a?b");
	shows("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, 32,
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	shows("\xc0\xaf", 2, 32, "??");		  /* overlong */
	shows("\xe0\x80\xaf", 3, 32, "???");	  /* overlong */
	shows("\xed\xa0\x80", 3, 32, "???");	  /* a surrogate */
	shows("\xf4\x90\x80\x80", 4, 32, "????"); /* beyond Unicode */
	shows("\xf8\x88\x80\x80\x80", 5, 32, "?????");
	shows("\xc2\x9b"
	      "31m",
	    5, 32, "??31m"); /* CSI as one C1 byte */
	shows("\xc3", 1, 32, "?");
	shows("\xe2\x82", 2, 32, "??");
	shows("\xc3"
	      "a",
	    2, 32, "?a");
}

static void
test_printable_cut(void)
{
	shows("12345678", 8, 9, "12345678");
	shows("123456789", 9, 9, "12345...");
	shows("1234\xc3\xa4xxxx", 10, 9, "1234...");
	shows("123\xe2\x82\xacxxxx", 10, 9, "123...");
	shows("\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 8, 8, "\xf0\x9f\x98\x80...");
	shows("12345", 5, 4, "...");
	shows("12345", 5, 1, "");
}

static void
number(const char *text, int64_t max, int64_t expected)
{
	tap_number(text_number(text, max), expected, "'%s' up to %lld", text,
	    (long long)max);
}

static void
test_number(void)
{
	number("0", 10, 0);
	number("10", 10, 10);
	number("11", 10, -1);
	number("007", 10, 7);
	number("5", 5, 5);
	number("6", 5, -1);
	number("9", 5, -1);
	number("1", 0, -1);
	number("0", 0, 0);
	number("9223372036854775807", INT64_MAX, INT64_MAX);
	number("9223372036854775808", INT64_MAX, -1);
	number("99999999999999999999", INT64_MAX, -1);
	number("", 10, -1);
	number("-1", 10, -1);
	number("+1", 10, -1);
	number(" 1", 10, -1);
	number("1 ", 10, -1);
	number("1x", 100, -1);
	number("0x1", 100, -1);
	number("1e1", 100, -1);
}

static void
test_bytes(void)
{
	tap_number(text_bytes("500000"), 500000, "bytes");
	tap_number(text_bytes("4k"), 4096, "k");
	tap_number(text_bytes("64M"), 64 << 20, "M");
	tap_number(text_bytes("2G"), 2LL << 30, "G");
	tap_number(text_bytes("k"), -1, "no number");
	tap_number(text_bytes(""), -1, "nothing");
	tap_number(text_bytes("1T"), -1, "another letter");
	tap_number(text_bytes("99999999999999G"), -1, "more than there are");
	tap_number(text_bytes("-1M"), -1, "less than nothing");
}

static void
test_boolean(void)
{
	static const char *const yes[] = {"yes", "true", "on", "1", "YES"};
	static const char *const no[] = {"no", "false", "off", "0", "", "No"};
	static const char *const neither[] = {"2", "y", "ja", " yes", "yes "};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		tap_number(text_boolean(yes[i]), 1, "'%s' is yes", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		tap_number(text_boolean(no[i]), 0, "'%s' is no", no[i]);
	for (size_t i = 0; i < sizeof(neither) / sizeof(neither[0]); i++)
		tap_number(text_boolean(neither[i]), -1, "'%s' is neither",
		    neither[i]);
}

static void
test_ends(void)
{
	tap_ok(text_starts("abc", "ab") && text_starts("abc", "abc") &&
		   text_starts("abc", ""),
	    "starts with");
	tap_ok(!text_starts("abc", "abcd") && !text_starts("abc", "bc"),
	    "does not start with");
	tap_ok(text_ends("abc", "bc") && text_ends("abc", "abc") &&
		   text_ends("abc", ""),
	    "ends with");
	tap_ok(!text_ends("abc", "zabc") && !text_ends("abc", "ab"),
	    "does not end with");
}

int
main(void)
{
	test_copy();
	test_printable();
	test_printable_cut();
	test_number();
	test_bytes();
	test_boolean();
	test_ends();
	return tap_done();
}
