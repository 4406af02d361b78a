/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers/reply.h"

void
reply_start(struct reply *reply)
{
	reply->length = 0;
	reply->failed = false;
}

static void
put(struct reply *reply, const char *bytes, size_t length)
{
	if (reply->failed || length > REPLY_MAX - reply->length) {
		reply->failed = true;
		return;
	}
	memcpy(reply->bytes + reply->length, bytes, length);
	reply->length += length;
}

void
reply_add(struct reply *reply, const char *text)
{
	put(reply, text, strlen(text));
}

void
reply_line(struct reply *reply, const char *key, const char *value)
{
	reply_add(reply, key);
	put(reply, "=", 1);
	reply_add(reply, value);
	put(reply, "\n", 1);
}

static void
put_escaped(struct reply *reply, unsigned char c)
{
	char escape[8];

	if (c == '"' || c == '\\')
		snprintf(escape, sizeof(escape), "\\%c", c);
	else
		snprintf(escape, sizeof(escape), "\\u%04x", c);
	reply_add(reply, escape);
}

/* Has one of eight bytes to be escaped? A byte that is not is at least 0x20
 * and no quote or backslash; the sums tell it for all eight at once (a token
 * is long, and this is the greater part of what a warm answer takes). */
static bool
is_plain(const char bytes[8])
{
	const uint64_t each = UINT64_C(0x0101010101010101), high = each << 7;
	uint64_t word, quote, backslash, found;

	memcpy(&word, bytes, sizeof(word));
	quote = word ^ (each * '"');
	backslash = word ^ (each * '\\');
	found = ((word - each * 0x20) & ~word) | ((quote - each) & ~quote) |
		((backslash - each) & ~backslash);
	return (found & high) == 0;
}

/* How much of a string can stand there as it is. */
static size_t
plain_length(const char *string, size_t length)
{
	size_t at = 0;

	while (length - at >= 8 && is_plain(string + at))
		at += 8;
	while (at < length && (unsigned char)string[at] >= 0x20 &&
	       string[at] != '"' && string[at] != '\\')
		at++;
	return at;
}

void
reply_string(struct reply *reply, const char *string)
{
	size_t length;

	if (string == NULL) {
		reply_add(reply, "null");
		return;
	}
	length = strlen(string);
	put(reply, "\"", 1);
	while (length > 0) {
		size_t plain = plain_length(string, length);

		put(reply, string, plain);
		string += plain;
		length -= plain;
		if (length == 0)
			break;
		put_escaped(reply, (unsigned char)*string++);
		length--;
	}
	put(reply, "\"", 1);
}

void
reply_number(struct reply *reply, int64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%lld", (long long)number);
	reply_add(reply, digits);
}

void
reply_name(struct reply *reply, const char *name)
{
	if (reply->length > 0 && reply->bytes[reply->length - 1] != '{')
		put(reply, ",", 1);
	reply_string(reply, name);
	put(reply, ":", 1);
}

void
reply_member(struct reply *reply, const char *name, const char *string)
{
	reply_name(reply, name);
	reply_string(reply, string);
}

int
reply_send(struct reply *reply, int fd)
{
	size_t sent = 0;
	ssize_t more = 0;

	while (!reply->failed && more != -1 && sent < reply->length) {
		more = write(fd, reply->bytes + sent, reply->length - sent);
		if (more == -1 && errno == EINTR)
			more = 0;
		sent += more > 0 ? (size_t)more : 0;
	}
	explicit_bzero(reply->bytes, reply->length);
	return reply->failed || more == -1 ? -1 : 0;
}
