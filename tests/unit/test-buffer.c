/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/scoped.h"
#include "tap.h"

static void
test_adding(void)
{
	scoped(buffer) struct buffer buffer = BUFFER(64);

	tap_is(buffer_text(&buffer), "", "the text of an empty one");
	buffer_add(&buffer, "abc", 2);
	buffer_add(&buffer, NULL, 0);
	buffer_add_string(&buffer, "-c-");
	buffer_printf(&buffer, "%d%s", 12, "x");
	tap_is(buffer_text(&buffer), "ab-c-12x", "all that was added");
	tap_number((int64_t)buffer.length, 8, "its length");
	tap_ok(!buffer_failed(&buffer), "it has not failed");
	buffer_free(&buffer);
	tap_is(buffer_text(&buffer), "", "nothing is left");
	tap_number((int64_t)buffer.limit, 64, "but its limit");
	buffer_add(&buffer, "a\0b", 3);
	tap_ok(buffer.length == 3 && memcmp(buffer.bytes, "a\0b", 4) == 0,
	    "a NUL is a byte like others");
}

static void
fails(struct buffer *buffer, const char *what)
{
	char before[64];
	size_t length = buffer->length;

	snprintf(before, sizeof(before), "%s", buffer_text(buffer));
	buffer_add_string(buffer, "12345678");
	tap_ok(buffer_failed(buffer), "%s fails it", what);
	tap_ok(buffer->length == length, "nothing was added");
	buffer_add(buffer, "1", 1);
	buffer_printf(buffer, "%s", "");
	tap_is(buffer_text(buffer), before, "and nothing will be");
	buffer_free(buffer);
	tap_ok(!buffer_failed(buffer), "until it begins anew");
}

static void
test_limit(void)
{
	scoped(buffer) struct buffer buffer = BUFFER(10);
	scoped(buffer) struct buffer none = BUFFER(0);

	buffer_add_string(&buffer, "1234567890");
	tap_ok(!buffer_failed(&buffer), "a limit is what just fits");
	buffer_free(&buffer);
	buffer_add_string(&buffer, "123");
	fails(&buffer, "more than the limit");
	buffer_printf(&buffer, "%s", "12345678901");
	tap_ok(buffer_failed(&buffer), "the same goes for a format");
	buffer_add(&none, "", 0);
	tap_ok(!buffer_failed(&none), "nothing fits into nothing");
	fails(&none, "anything else");
	buffer_free(&buffer);
	buffer_add(&buffer, "x", SIZE_MAX);
	tap_ok(buffer_failed(&buffer), "a length that would wrap around");
}

static void
test_growth(void)
{
	scoped(buffer) struct buffer buffer = BUFFER(100000);
	bool good = true;

	for (int i = 0; i < 100000; i++)
		buffer_add(&buffer, &"0123456789"[i % 10], 1);
	for (int i = 0; i < 100000; i++)
		good = good && buffer.bytes[i] == '0' + i % 10;
	tap_ok(good && !buffer_failed(&buffer), "it grows byte by byte");
	tap_ok(buffer.bytes[100000] == '\0', "with a NUL behind it");
	tap_ok(buffer.capacity < 300000, "without waste");
	buffer_add(&buffer, "x", 1);
	tap_ok(buffer_failed(&buffer), "up to its limit");
}

/* Every byte but NUL, there and back. */
static void
test_escaped(void)
{
	scoped(buffer) struct buffer buffer = BUFFER(1024);
	char all[256];
	const char *at;
	bool good = true;

	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	buffer_add_escaped(&buffer, all);
	at = buffer_text(&buffer);
	for (int i = 1; i < 256; i++) {
		char hex[3] = {0};

		if (*at != '%') {
			good = good && (unsigned char)*at++ == i &&
			       strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-._~",
				   i) != NULL;
			continue;
		}
		memcpy(hex, at + 1, 2);
		good = good && strtol(hex, NULL, 16) == i;
		at += 3;
	}
	tap_ok(good && *at == '\0', "every byte is escaped as it should");
	tap_number(
	    (int64_t)buffer.length, 66 + 3 * 189, "66 stand for themselves");
	buffer_free(&buffer);
	buffer_add_escaped(&buffer, "a/b?c=\xc3\xa4 %~");
	tap_is(buffer_text(&buffer), "a%2Fb%3Fc%3D%C3%A4%20%25~",
	    "in capitals, and space is no plus");
}

int
main(void)
{
	test_adding();
	test_limit();
	test_growth();
	test_escaped();
	return tap_done();
}
