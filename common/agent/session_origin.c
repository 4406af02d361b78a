/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/session_origin.h"
#include "base/text.h"
#include "exchange/exchange.h"

static bool
is_variable(const char *key)
{
	return text_starts(key, "env.") || text_starts(key, "unset.");
}

static size_t
room_of(const struct message *request)
{
	size_t room = 1;

	for (unsigned i = 0; i < request->count; i++)
		if (is_variable(request->attributes[i].key))
			room += strlen(request->attributes[i].key) +
				strlen(request->attributes[i].value) + 2;
	return room;
}

/* Each key and each value with its NUL. No larger than it must be: some ask
 * for it with each request. */
struct secret *
session_origin_read(const struct message *request)
{
	scoped(secret) struct secret *kept = secret_new(room_of(request));

	if (kept == NULL)
		return NULL;
	for (unsigned i = 0; i < request->count; i++) {
		const struct attribute *one = &request->attributes[i];

		if (is_variable(one->key) &&
		    (secret_add(kept, one->key, strlen(one->key) + 1) == -1 ||
			secret_add(kept, one->value, strlen(one->value) + 1) ==
			    -1))
			return NULL;
	}
	return take(&kept);
}

int
session_origin_keep(struct session *session, const struct message *request)
{
	secret_free(session->origin);
	session->origin = session_origin_read(request);
	return session->origin == NULL ? -1 : 0;
}

static bool
is_of_exchange(const char *name)
{
	for (size_t i = 0; exchanges[i] != NULL; i++) {
		const char *const *one = exchanges[i]->variables;

		for (; one != NULL && *one != NULL; one++)
			if (strcmp(*one, name) == 0)
				return true;
	}
	return false;
}

/* One that is theirs to say. */
static bool
is_theirs(const char *key)
{
	return !is_variable(key) || is_of_exchange(strchr(key, '.') + 1);
}

void
session_origin_write(struct writing *writing, const struct secret *kept)
{
	const char *at, *end;

	at = secret_bytes(kept);
	end = at + secret_length(kept);
	while (at < end) {
		const char *key = at;
		const char *value = strchr(key, '\0') + 1;

		if (!is_of_exchange(strchr(key, '.') + 1))
			writing_add(writing, key, value);
		at = strchr(value, '\0') + 1;
	}
}

static int
too_long(struct error *err)
{
	error_set(err, FAULT_USAGE,
	    "the request is too long with what its session has around it");
	return error_at(err, STAGE_AGENT);
}

int
session_origin_put(const struct session *session, struct message *message,
    struct secret **bytes, struct error *err)
{
	scoped(secret) struct secret *fresh = secret_new(MESSAGE_MAX - 1);
	struct writing writing;
	char *start;

	if (fresh == NULL)
		return error_errno(err, "no memory for a request");
	start = secret_tail(fresh);
	writing_start(&writing, start, secret_room(fresh), message->word);
	for (unsigned i = 0; i < message->count; i++)
		if (is_theirs(message->attributes[i].key))
			writing_add(&writing, message->attributes[i].key,
			    message->attributes[i].value);
	if (session->origin != NULL) /* else the leader has not told yet */
		session_origin_write(&writing, session->origin);
	secret_wrote(fresh, writing.length);
	if (writing_end(&writing) == -1)
		return too_long(err);
	secret_wrote(fresh, writing.length - secret_length(fresh));
	if (message_parse(message, start, writing.length, err) == -1)
		return error_at(err, STAGE_AGENT);
	secret_free(*bytes);
	*bytes = take(&fresh);
	return 0;
}
