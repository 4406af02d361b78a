/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/keeper.h"
#include "agent/keyring.h"
#include "agent/list.h"
#include "wire/message.h"

#define ROOM (KEEP_MAX + 4096)

struct kept {
	struct link link;
	unsigned char key[DIGEST_SIZE];
	struct secret *secret; /* NULL: it does not rest here */
	bool lent;
};

struct keeper {
	struct agent *agent;
	struct keyring_bus bus; /* of who may say so and asked last */
	struct link all;
};

struct loan {
	struct keeper *keeper;
	struct kept *kept;
	int ends[LOAN_ENDS]; /* the child's */
	const char *lacks;
	int fd; /* ours */
	struct watch *watch;
	struct secret *said;
};

struct keeper *
keeper_new(struct agent *agent)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));

	if (keeper == NULL)
		return NULL;
	keeper->agent = agent;
	keyring_find(NULL, &keeper->bus);
	list_init(&keeper->all);
	return keeper;
}

static void
kept_free(struct kept *kept)
{
	list_remove(&kept->link);
	secret_free(kept->secret);
	free(kept);
}

void
keeper_free(struct keeper *keeper)
{
	struct kept *kept;

	if (keeper == NULL)
		return;
	list_each (kept, &keeper->all, link)
		kept_free(kept);
	free(keeper);
}

void
keeper_key(const struct identity *identity, const struct settings *settings,
    unsigned char key[DIGEST_SIZE])
{
	struct digest_parts *parts = digest_start();

	digest_string(parts, identity->name);
	for (const char *const *name = identity->login->names; *name != NULL;
	     name++) {
		const char *value = settings_get(settings, *name);

		digest_string(parts, value == NULL ? "" : value);
	}
	digest_finish(parts, key);
}

static struct kept *
find(const struct keeper *keeper, const unsigned char key[DIGEST_SIZE])
{
	struct kept *kept;

	list_each (kept, &keeper->all, link)
		if (memcmp(kept->key, key, DIGEST_SIZE) == 0)
			return kept;
	return NULL;
}

bool
keeper_is_lent(
    const struct keeper *keeper, const unsigned char key[DIGEST_SIZE])
{
	const struct kept *kept = find(keeper, key);

	return kept != NULL && kept->lent;
}

bool
keeper_holds(const struct keeper *keeper, const unsigned char key[DIGEST_SIZE])
{
	const struct kept *kept = find(keeper, key);

	return kept != NULL && kept->secret != NULL;
}

bool
keeper_is_empty(const struct keeper *keeper)
{
	struct kept *kept;

	list_each (kept, &keeper->all, link)
		if (kept->secret != NULL || kept->lent)
			return false;
	return true;
}

bool
keeper_has_keyring(
    struct keeper *keeper, const struct surroundings *around, const char **why)
{
	struct keyring_bus bus = keeper->bus;

	if (around != NULL)
		keyring_find(around, &bus);
	return keyring_is_there(&bus, why);
}

/* A child waits for each answer, so the socket has room for it. */
static void
answer(struct loan *loan, const char *word, const struct secret *secret,
    const char *text)
{
	scoped(secret) struct secret *bytes = secret_new(ROOM);
	struct writing writing;

	if (bytes == NULL)
		return;
	writing_start(&writing, secret_tail(bytes), secret_room(bytes), word);
	if (secret != NULL)
		writing_add_bytes(&writing, "secret", secret_bytes(secret),
		    secret_length(secret));
	if (text != NULL)
		writing_add(&writing, "text", text);
	if (writing_end(&writing) == -1)
		return;
	secret_wrote(bytes, writing.length);
	if (send(loan->fd, secret_bytes(bytes), secret_length(bytes),
		MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		return; /* nobody waits for it any more */
}

static void
put(struct loan *loan, const char *value)
{
	struct kept *kept = loan->kept;
	struct secret *secret;

	if (loan->keeper->agent->once) {
		answer(loan, "error", NULL,
		    "nothing can be kept: no session can stay here");
		return;
	}
	if ((secret = secret_copy(value, strlen(value))) == NULL) {
		answer(loan, "error", NULL, "no memory for a secret");
		return;
	}
	secret_free(kept->secret);
	kept->secret = secret;
	answer(loan, "ok", NULL, NULL);
}

static void
serve(struct loan *loan, const struct message *message)
{
	struct kept *kept = loan->kept;
	const char *value = message_get(message, "secret");

	if (strcmp(message->word, "get") == 0) {
		answer(loan, kept->secret == NULL ? "none" : "ok", kept->secret,
		    NULL);
	} else if (strcmp(message->word, "set") == 0 && value != NULL) {
		put(loan, value);
	} else if (strcmp(message->word, "clear") == 0) {
		secret_free(kept->secret);
		kept->secret = NULL;
		answer(loan, "ok", NULL, NULL);
	} else {
		answer(loan, "error", NULL, "that is not understood");
	}
}

/* True: there was a whole message. */
static bool
serve_one(struct loan *loan)
{
	struct message message;
	size_t length = message_complete(
	    secret_bytes(loan->said), secret_length(loan->said));

	if (length == 0)
		return false;
	if (message_parse(&message,
		secret_tail(loan->said) - secret_length(loan->said), length,
		NULL) == 0)
		serve(loan, &message);
	secret_consume(loan->said, length);
	return true;
}

/* False: the other end is closed, or says what nobody can understand. */
static bool
listen_to(struct loan *loan)
{
	ssize_t got;

	do {
		got = recv(loan->fd, secret_tail(loan->said),
		    secret_room(loan->said), MSG_DONTWAIT);
		if (got > 0)
			secret_wrote(loan->said, (size_t)got);
		while (serve_one(loan))
			continue;
	} while (got > 0 && secret_room(loan->said) > 0);
	return got == -1 && (errno == EAGAIN || errno == EINTR);
}

static void
ready(void *arg, uint32_t events)
{
	struct loan *loan = arg;

	(void)events;
	if (listen_to(loan))
		return;
	watch_free(loan->watch);
	loan->watch = NULL;
}

static struct kept *
kept_for(struct keeper *keeper, const unsigned char key[DIGEST_SIZE])
{
	struct kept *kept = find(keeper, key);

	if (kept != NULL)
		return kept;
	if ((kept = calloc(1, sizeof(*kept))) == NULL)
		return NULL;
	memcpy(kept->key, key, DIGEST_SIZE);
	list_append(&keeper->all, &kept->link);
	return kept;
}

static int
loan_open(struct loan *loan, struct error *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return error_errno(err, "cannot make a pair of sockets");
	loan->fd = pair[0];
	loan->ends[LOAN_SESSION] = pair[1];
	loan->watch = loop_watch(
	    loan->keeper->agent->loop, loan->fd, EPOLLIN, ready, loan, err);
	return loan->watch == NULL ? -1 : 0;
}

struct loan *
keeper_lend(struct keeper *keeper, const unsigned char key[DIGEST_SIZE],
    const struct surroundings *around, struct error *err)
{
	struct loan *loan = calloc(1, sizeof(*loan));

	if (loan != NULL) {
		loan->keeper = keeper;
		loan->fd = loan->ends[LOAN_SESSION] = -1;
		loan->ends[LOAN_KEYRING] = -1;
		loan->said = secret_new(ROOM);
		loan->kept = kept_for(keeper, key);
	}
	if (loan == NULL || loan->said == NULL || loan->kept == NULL) {
		error_errno(err, "no memory for a login");
		loan_end(loan);
		return NULL;
	}
	loan->kept->lent = true;
	if (loan_open(loan, err) == -1) {
		loan_end(loan);
		return NULL;
	}
	if (around != NULL)
		keyring_find(around, &keeper->bus);
	loan->ends[LOAN_KEYRING] = keyring_start(&keeper->bus, &loan->lacks);
	return loan;
}

const int *
loan_ends(const struct loan *loan)
{
	return loan->ends;
}

const char *
loan_lacks(const struct loan *loan)
{
	return loan->lacks;
}

void
loan_handed(struct loan *loan)
{
	for (int end = 0; end < LOAN_ENDS; end++)
		if (loan->ends[end] != -1) {
			close(loan->ends[end]);
			loan->ends[end] = -1;
		}
}

void
loan_end(struct loan *loan)
{
	if (loan == NULL)
		return;
	if (loan->fd != -1 && loan->watch != NULL)
		listen_to(loan);
	loan_handed(loan);
	watch_free(loan->watch);
	if (loan->fd != -1)
		close(loan->fd);
	if (loan->kept != NULL) {
		loan->kept->lent = false;
		if (loan->kept->secret == NULL)
			kept_free(loan->kept);
	}
	secret_free(loan->said);
	free(loan);
}
