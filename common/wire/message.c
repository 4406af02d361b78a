/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/message.h"

#define FIRST_KEY "daypass"

size_t
message_complete(const char *bytes, size_t length)
{
	const char *at = bytes, *end = bytes + length;

	/* An empty line and nothing before it is a whole message too, a wrong
	 * one: nobody should wait for more of it. */
	if (length > 0 && bytes[0] == '\n')
		return 1;
	/* by lines, which memchr finds faster than memmem a pair */
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL &&
	       ++at < end)
		if (*at == '\n')
			return (size_t)(at - bytes) + 1;
	return 0;
}

/* Cuts one line at its `=`; the line ends in a NUL already. */
static int
parse_line(
    char *line, size_t length, struct attribute *attribute, struct error *err)
{
	char *equals = memchr(line, '=', length);

	if (equals == NULL)
		return error_set(
		    err, FAULT_SYSTEM, "a message has a line without '='");
	if (equals == line)
		return error_set(
		    err, FAULT_SYSTEM, "a message has an empty key");
	if (length - (size_t)(equals + 1 - line) > MESSAGE_VALUE_MAX)
		return error_set(err, FAULT_SYSTEM,
		    "a message has a value of more than %d bytes",
		    MESSAGE_VALUE_MAX);
	*equals = '\0';
	attribute->key = line;
	attribute->value = equals + 1;
	return 0;
}

/* `daypass=1 WORD` */
static int
parse_first(
    struct message *message, const struct attribute *first, struct error *err)
{
	const char *space = strchr(first->value, ' ');
	size_t version = sizeof(MESSAGE_VERSION) - 1;

	if (strcmp(first->key, FIRST_KEY) != 0 || space == NULL ||
	    space[1] == '\0')
		return error_set(
		    err, FAULT_SYSTEM, "a message does not begin as ours do");
	if ((size_t)(space - first->value) != version ||
	    memcmp(first->value, MESSAGE_VERSION, version) != 0)
		return error_set(err, FAULT_SYSTEM,
		    "a message is of another version than " MESSAGE_VERSION);
	message->word = space + 1;
	return 0;
}

static int
not_ended(struct error *err)
{
	return error_set(
	    err, FAULT_SYSTEM, "a message is not ended as ours are");
}

static int
parse_lines(
    struct message *message, char *line, const char *end, struct error *err)
{
	struct attribute attribute;
	char *newline;

	for (; line < end && *line != '\n'; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		if (newline == NULL)
			return not_ended(err);
		*newline = '\0';
		if (parse_line(
			line, (size_t)(newline - line), &attribute, err) == -1)
			return -1;
		if (message->word == NULL) {
			if (parse_first(message, &attribute, err) == -1)
				return -1;
		} else if (message->count == MESSAGE_ATTRIBUTES) {
			return error_set(err, FAULT_SYSTEM,
			    "a message has more than %d lines",
			    MESSAGE_ATTRIBUTES);
		} else {
			message->attributes[message->count++] = attribute;
		}
	}
	/* the empty line, and nothing behind it */
	return line + 1 == end ? 0 : not_ended(err);
}

int
message_parse(
    struct message *message, char *bytes, size_t length, struct error *err)
{
	message->word = NULL;
	message->count = 0;
	if (length > MESSAGE_MAX)
		return error_set(err, FAULT_SYSTEM,
		    "a message has more than %d bytes", MESSAGE_MAX);
	if (memchr(bytes, '\0', length) != NULL)
		return error_set(err, FAULT_SYSTEM, "a message has a NUL");
	if (parse_lines(message, bytes, bytes + length, err) == -1)
		return -1;
	if (message->word == NULL)
		return error_set(err, FAULT_SYSTEM, "a message is empty");
	return 0;
}

const char *
message_get(const struct message *message, const char *key)
{
	for (unsigned i = message->count; i-- > 0;)
		if (strcmp(message->attributes[i].key, key) == 0)
			return message->attributes[i].value;
	return NULL;
}

const char *
message_next(const struct message *message, const char *key, unsigned *at)
{
	while (*at < message->count) {
		const struct attribute *attribute =
		    &message->attributes[(*at)++];

		if (strcmp(attribute->key, key) == 0)
			return attribute->value;
	}
	return NULL;
}

int64_t
message_number(
    const struct message *message, const char *key, int64_t otherwise)
{
	const char *value = message_get(message, key);
	int64_t number = value == NULL ? -1 : text_number(value, INT64_MAX);

	return number == -1 ? otherwise : number;
}

int
message_must(
    const struct message *message, const char *const *known, struct error *err)
{
	for (unsigned i = 0; i < message->count; i++) {
		const char *key = message->attributes[i].key;
		const char *const *name = known;

		if (key[0] != '!')
			continue;
		while (*name != NULL && strcmp(*name, key + 1) != 0)
			name++;
		if (*name == NULL)
			return error_set(err, FAULT_SYSTEM,
			    "the request needs '%.64s', which this agent does "
			    "not know (daypass end, so that a newer one "
			    "starts)",
			    key + 1);
	}
	return 0;
}
