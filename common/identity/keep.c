/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "identity/keep.h"
#include "wire/message.h"

#define TALK_MAX (KEEP_MAX + 4096)

/* A question and its answer; the message points into the secrets. */
struct talk {
	struct secret *bytes;
	struct writing writing;
	struct message answer;
};

static void
talk_scoped(struct talk *talk)
{
	secret_free(talk->bytes);
}

static int
talk_begin(struct talk *talk, const struct keep *keep, const char *verb,
    struct error *err)
{
	if ((talk->bytes = secret_new(TALK_MAX)) == NULL)
		return error_errno(err, "no memory to ask for a secret");
	writing_start(&talk->writing, secret_tail(talk->bytes),
	    secret_room(talk->bytes), verb);
	for (const char *const *name = keep->names; *name != NULL; name++) {
		const char *value = settings_get(keep->settings, *name);

		writing_add(&talk->writing, *name, value == NULL ? "" : value);
	}
	if (keep->may_ask)
		writing_add(&talk->writing, "prompt", "1");
	return 0;
}

static int
send_whole(int fd, struct talk *talk)
{
	const char *at = secret_bytes(talk->bytes);
	size_t left = secret_length(talk->bytes);

	while (left > 0) {
		ssize_t sent = send(fd, at, left, MSG_NOSIGNAL);

		if (sent == -1 && errno == EINTR)
			continue;
		if (sent <= 0)
			return -1;
		at += sent;
		left -= (size_t)sent;
	}
	return 0;
}

/* -1: it hung up, or time is up. */
static int
receive_whole(int fd, struct talk *talk, int64_t deadline, size_t *length)
{
	secret_truncate(talk->bytes, 0);
	while ((*length = message_complete(secret_bytes(talk->bytes),
		    secret_length(talk->bytes))) == 0) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - clock_ms();
		ssize_t got;

		if (left <= 0 || secret_room(talk->bytes) == 0)
			return -1;
		if (poll(&ready, 1, (int)left) <= 0)
			continue;
		got = recv(
		    fd, secret_tail(talk->bytes), secret_room(talk->bytes), 0);
		if (got <= 0)
			return -1;
		secret_wrote(talk->bytes, (size_t)got);
	}
	return 0;
}

static int
converse(int fd, struct talk *talk, int64_t deadline, struct error *err)
{
	size_t length;

	if (writing_end(&talk->writing) == -1)
		return error_set(err, FAULT_SYSTEM, "a secret is too long");
	secret_wrote(talk->bytes, talk->writing.length);
	if (send_whole(fd, talk) == -1 ||
	    receive_whole(fd, talk, deadline, &length) == -1)
		return error_set(err, FAULT_NETWORK, "gave no answer");
	return message_parse(&talk->answer,
	    secret_tail(talk->bytes) - secret_length(talk->bytes), length, err);
}

/* 1: ok; 0: none; -1: an error. */
static int
verdict(const struct talk *talk, struct error *err)
{
	const char *text = message_get(&talk->answer, "text");

	if (strcmp(talk->answer.word, "ok") == 0)
		return 1;
	if (strcmp(talk->answer.word, "none") == 0)
		return 0;
	return error_set(err, fault_named(message_get(&talk->answer, "fault")),
	    "%s", text == NULL ? "gave no reason" : text);
}

static int
ask(const struct keep *keep, int fd, int64_t deadline, const char *verb,
    const struct secret *secret, struct talk *talk, struct error *err)
{
	if (talk_begin(talk, keep, verb, err) == -1)
		return -1;
	if (secret != NULL)
		writing_add_bytes(&talk->writing, "secret",
		    secret_bytes(secret), secret_length(secret));
	if (converse(fd, talk, deadline, err) == -1)
		return -1;
	return verdict(talk, err);
}

static void
let_go(struct keep *keep)
{
	close(keep->keyring);
	keep->keyring = -1;
}

/* Whatever becomes of it, time is left to ask the session. 1 and 0 as ask(),
 * 0 also where there is no Secret Service; -1: locked, denied, in use, or
 * deaf, in which case it is asked no more. */
static int
ask_keyring(struct keep *keep, const char *verb, const struct secret *secret,
    struct talk *talk, struct error *err)
{
	struct error local = {.fault = FAULT_NONE};
	int64_t now = clock_ms();
	int result;

	if (keep->keyring == -1)
		return 0;
	result = ask(keep, keep->keyring, now + (keep->deadline - now) * 2 / 3,
	    verb, secret, talk, &local);
	if (result != -1)
		return result;
	text_printable(keep->trouble, sizeof(keep->trouble), local.text,
	    strlen(local.text));
	if (talk->answer.word == NULL) {
		let_go(keep);
	} else if (message_get(&talk->answer, "absent") != NULL) {
		let_go(keep);
		return 0;
	}
	return error_set(err, local.fault, "the keyring: %s", keep->trouble);
}

static int
ask_session(const struct keep *keep, const char *verb,
    const struct secret *secret, struct talk *talk, struct error *err)
{
	if (ask(keep, keep->session, keep->deadline, verb, secret, talk, err) ==
	    -1)
		return error_in(err, "the session");
	return strcmp(talk->answer.word, "ok") == 0;
}

static int
hand_over(const struct talk *talk, struct secret **found, struct error *err)
{
	const char *value = message_get(&talk->answer, "secret");

	if (value == NULL || *value == '\0')
		return 0;
	if ((*found = secret_copy(value, strlen(value))) == NULL)
		return error_errno(err, "no memory for a secret");
	return 1;
}

/* The keyring is asked first though what rests in the session goes before
 * what rests there: asking locks it against other sessions. */
int
keep_get(struct keep *keep, struct secret **found, struct error *err)
{
	scoped(talk) struct talk shared = {0}, own = {0};
	struct error ours = {.fault = FAULT_NONE};
	int there = ask_keyring(keep, "get", NULL, &shared, &ours);
	int here = ask_session(keep, "get", NULL, &own, err);

	if (here == -1)
		return -1;
	keep->in_session = here == 1;
	if (here == 1)
		return hand_over(&own, found, err);
	if (there == -1)
		return error_set(err, ours.fault, "%s", ours.text);
	return there == 1 ? hand_over(&shared, found, err) : 0;
}

const char *
keep_set(struct keep *keep, const struct secret *secret, struct error *err)
{
	scoped(talk) struct talk shared = {0}, own = {0}, old = {0};

	if (keep->keyring != -1 &&
	    ask_keyring(keep, "set", secret, &shared, NULL) == 1) {
		if (keep->in_session)
			ask_session(keep, "clear", NULL, &old, NULL);
		keep->in_session = false;
		return "keyring";
	}
	if (ask_session(keep, "set", secret, &own, err) != 1)
		return NULL;
	keep->in_session = true;
	return "session";
}

int
keep_clear(struct keep *keep, struct error *err)
{
	scoped(talk) struct talk shared = {0}, own = {0};

	if (ask_session(keep, "clear", NULL, &own, err) == -1)
		return -1;
	keep->in_session = false;
	return ask_keyring(keep, "clear", NULL, &shared, err) == -1 ? -1 : 0;
}
