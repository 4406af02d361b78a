/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/echo.h"
#include "base/text.h"

/* As much of a secret as no text has by chance. */
#define ECHO_MIN 16

#define MARK "***"
#define MARK_LENGTH (sizeof(MARK) - 1)

/* How many bytes from `text` on are the secret's, as far as it matters. */
static size_t
shared(const char *text, size_t left, const char *bytes, size_t size)
{
	const char *at = memmem(bytes, size, text, ECHO_MIN);
	size_t length = ECHO_MIN;

	if (at == NULL)
		return 0;
	size -= (size_t)(at - bytes);
	while (length < left && length < size && text[length] == at[length])
		length++;
	return length;
}

void
echo_conceal(char *text, const struct secret *secret)
{
	const char *bytes, *end = text + strlen(text);
	size_t length, size;

	if (secret == NULL)
		return;
	bytes = secret_bytes(secret);
	size = secret_length(secret);
	for (; end - text >= ECHO_MIN; text++) {
		length = shared(text, (size_t)(end - text), bytes, size);
		if (length == 0)
			continue;
		memmove(text + MARK_LENGTH, text + length,
		    (size_t)(end - text) - length + 1);
		memcpy(text, MARK, MARK_LENGTH);
		end -= length - MARK_LENGTH;
		text += MARK_LENGTH - 1;
	}
}

/* As long as what is random is, and as no part of a name is. */
#define TOKEN_MIN 32
#define PART_MAX 24

static bool
is_token_byte(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("_.-+/", c));
}

/* A run of these, with its padding; what looks like a JWT begins its own. */
static size_t
run_at(const char *text)
{
	size_t length = 0;

	while (is_token_byte(text[length]) &&
	       (length == 0 || text[length - 1] != '/' ||
		   !text_starts(text + length, "eyJ")))
		length++;
	return length + (length > 0 ? strspn(text + length, "=") : 0);
}

/* What stands in a run. */
struct run {
	bool upper, lower, digit, plus, slash;
	size_t longest; /* of its parts between dots and slashes */
};

static struct run
look_at(const char *text, size_t length)
{
	struct run run = {.longest = 0};
	size_t part = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		run.upper |= c >= 'A' && c <= 'Z';
		run.lower |= c >= 'a' && c <= 'z';
		run.digit |= c >= '0' && c <= '9';
		run.plus |= c == '+';
		run.slash |= c == '/';
		part = c == '.' || c == '/' ? 0 : part + 1;
		if (part > run.longest)
			run.longest = part;
	}
	return run;
}

/* A word, a host's or a program's name, a path that begins anywhere. */
static bool
is_name(const char *text, size_t length)
{
	struct run run = look_at(text, length);

	if (run.plus)
		return false;
	if (!run.digit && !(run.upper && run.lower))
		return true;
	return run.longest <= PART_MAX &&
	       (!run.upper || (!run.digit && !run.slash));
}

static bool
is_path_or_option(const char *text)
{
	return text_starts(text, "/") || text_starts(text, "./") ||
	       text_starts(text, "../") || text_starts(text, "--");
}

/* `in_url`: behind "://", where only what stands before `@` is no path. */
static bool
is_token(const char *text, size_t length, bool in_url)
{
	if (length < TOKEN_MIN)
		return false;
	if (text_starts(text, "eyJ"))
		return true;
	if (in_url)
		return text[length] == '@';
	return !is_path_or_option(text) && !is_name(text, length);
}

void
echo_mask(char *text)
{
	char *to = text;
	bool in_url = false;

	while (*text != '\0') {
		size_t length = run_at(text);

		if (length > 0 && is_token(text, length, in_url)) {
			memcpy(to, MARK, MARK_LENGTH);
			to += MARK_LENGTH;
		} else {
			in_url = text_starts(text, "://") ||
				 (in_url && strchr(" ?#\"'", *text) == NULL);
			length += length == 0;
			memmove(to, text, length);
			to += length;
		}
		text += length;
	}
	*to = '\0';
}
