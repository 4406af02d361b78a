/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/options.h"
#include "helpers/keyring/service.h"
#include "wire/message.h"

/*
 * daypass-keyring: between a mint and the desktop's Secret Service. On its
 * standard input come messages of wire/message.h, each with `issuer` and
 * `client-id`, always the same: `get`, `set` with `secret` (and `prompt` where
 * a person waits), `clear`. On its standard output each is answered: `ok`
 * (with `secret`), `none`, `error` with `fault`, `text`, and `absent` where no
 * Secret Service is. It has the secret to itself from the first of them to its
 * end, which is that of its input.
 */
#define LOCK_SECONDS 5
#define ALARM_SECONDS 120 /* whatever hangs */

static const struct command command = {"daypass-keyring", "",
    "Keeps a person's login in the desktop's Secret Service. The agent starts "
    "it.",
    NULL};

static char input[MESSAGE_MAX], output[MESSAGE_MAX];
static struct writing writing;

/* The length of the next message, of which the last one's `before` bytes are
 * dropped; 0 at the end. */
static size_t
read_message(size_t before)
{
	static size_t held;
	size_t whole;

	memmove(input, input + before, held - before);
	held -= before;
	explicit_bzero(input + held, sizeof(input) - held);
	while ((whole = message_complete(input, held)) == 0) {
		ssize_t more;

		if (held == sizeof(input))
			return 0;
		more = read(STDIN_FILENO, input + held, sizeof(input) - held);
		if (more == -1 && errno == EINTR)
			continue;
		if (more <= 0)
			return 0;
		held += (size_t)more;
	}
	return whole;
}

static int
send_answer(void)
{
	size_t sent = 0;

	if (writing_end(&writing) == -1)
		return -1;
	while (sent < writing.length) {
		ssize_t wrote =
		    write(STDOUT_FILENO, output + sent, writing.length - sent);

		if (wrote == -1 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return -1;
		sent += (size_t)wrote;
	}
	explicit_bzero(output, sizeof(output));
	return 0;
}

static void
begin(const char *word)
{
	writing_start(&writing, output, sizeof(output), word);
}

static void
got(void *arg, const char *secret)
{
	(void)arg;
	begin("ok");
	writing_add(&writing, "secret", secret);
}

/* 1: done; 0: there is none; -1: no. */
static int
serve(const struct service *service, const struct message *message,
    struct error *err)
{
	const char *secret = message_get(message, "secret");
	bool prompt = message_get(message, "prompt") != NULL;
	int result = -1;

	if (strcmp(message->word, "get") == 0)
		return service_get(service, got, NULL, err);
	if (strcmp(message->word, "set") == 0 && secret != NULL)
		result = service_set(service, secret, prompt, err);
	else if (strcmp(message->word, "clear") == 0)
		result = service_clear(service, err);
	else
		error_set(err, FAULT_SYSTEM, "that is not understood");
	if (result == 0)
		begin("ok");
	return result == 0 ? 1 : -1;
}

static void
refuse(const struct service *service, const struct error *err)
{
	begin("error");
	writing_add(&writing, "fault", fault_name(err->fault));
	writing_add(&writing, "text", err->text);
	if (service->absent)
		writing_add(&writing, "absent", "1");
}

/* The strings outlive their message. Who was refused once stays so, for the
 * same reason: somebody else has the secret. */
static int
open_first(
    struct service *service, const struct message *message, struct error *err)
{
	static char issuer[4096], client[4096];
	const char *said_issuer = message_get(message, "issuer");
	const char *said_client = message_get(message, "client-id");

	if (service->issuer != NULL)
		return service->open ? 0 : -1;
	if (said_issuer == NULL || said_client == NULL ||
	    snprintf(issuer, sizeof(issuer), "%s", said_issuer) >=
		(int)sizeof(issuer) ||
	    snprintf(client, sizeof(client), "%s", said_client) >=
		(int)sizeof(client))
		return error_set(
		    err, FAULT_SYSTEM, "it is not said whose login is meant");
	service->issuer = issuer;
	service->client = client;
	return service_open(service, LOCK_SECONDS, err);
}

static int
converse(void)
{
	struct service service = {0};
	struct error err = {.fault = FAULT_NONE};
	struct message message;
	size_t length = 0;
	int result;

	while ((length = read_message(length)) > 0) {
		if (message_parse(&message, input, length, NULL) == -1)
			return 1;
		result = open_first(&service, &message, &err);
		if (result == 0)
			result = serve(&service, &message, &err);
		if (result == 0)
			begin("none");
		if (result == -1)
			refuse(&service, &err);
		if (send_answer() == -1)
			return 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct rlimit none = {0, 0};
	struct error err;
	int result;

	switch (options_read(&command, &argc, argv, false, &err)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		fprintf(stderr, "daypass-keyring: %s\n", err.text);
		return fault_exit(FAULT_USAGE);
	case OPTIONS_RUN:
		break;
	}
	setrlimit(RLIMIT_CORE, &none);
	compat_conceal();
	signal(SIGPIPE, SIG_IGN);
	alarm(ALARM_SECONDS);
	result = converse();
	explicit_bzero(input, sizeof(input));
	explicit_bzero(output, sizeof(output));
	return result;
}
