/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helpers/helper.h"
#include "helpers/reply.h"
#include "helpers/standard.h"
#include "wire/client.h"

/*
 * NATS has no protocol for helpers: its clients call a function of their own
 * for the token of each connection (`auth_token` of CONNECT). This prints one
 * for them, fresh enough, and writes nothing anywhere.
 */
/* Seconds for a person to approve: who connects has not asked the server for
 * anything yet. */
#define PATIENCE 60

static struct client client;
static struct reply reply;

static int
ask(const char *url, struct error *err)
{
	char doctor[512];
	int result;

	client_start(&client, "get");
	writing_add(&client.writing, "tool", "nats");
	writing_add(&client.writing, "target", url);
	if (snprintf(doctor, sizeof(doctor), "nats %s", url) <
	    (int)sizeof(doctor))
		writing_add(&client.writing, "doctor", doctor);
	client_patience(&client, PATIENCE);
	result = client_answer(&client, err);
	if (result != 1)
		return result;
	return error_set(err, FAULT_CONFIG,
	    "config: nothing binds '%.200s': add [nats \"%.200s\"] credential "
	    "= id-token, audience = ... (daypass doctor nats %.100s)",
	    url, url, url);
}

/* The clients' own variable, which may list several servers of one cluster:
 * the first stands for all. */
static const char *
variable(char *first, size_t size)
{
	const char *urls = secure_getenv("NATS_URL");
	size_t length;

	if (urls == NULL)
		return NULL;
	length = strcspn(urls, ",");
	if (length == 0 || length >= size)
		return NULL;
	memcpy(first, urls, length);
	first[length] = '\0';
	return first;
}

static int
fail(const struct error *err)
{
	standard_report(err);
	return fault_exit(err->fault);
}

static int
run(int argc, char **argv)
{
	const char *secret, *url = argv[1];
	char first[2048];
	struct error err;

	if (argc == 1)
		url = variable(first, sizeof(first));
	if (argc > 2 || url == NULL) {
		error_set(&err, FAULT_USAGE,
		    "target: name one server: nats-credential-daypass URL, or "
		    "NATS_URL");
		return fail(&err);
	}
	if (ask(url, &err) == -1)
		return fail(&err);
	if ((secret = message_get(&client.message, "secret")) == NULL) {
		error_set(&err, FAULT_SYSTEM, "agent: gave no token");
		return fail(&err);
	}
	reply_start(&reply);
	reply_add(&reply, secret);
	reply_add(&reply, "\n");
	client_wipe(&client);
	if (reply_send(&reply, STDOUT_FILENO) == 0)
		return 0;
	error_errno(&err, "agent: cannot write the token");
	return fail(&err);
}

const struct helper helper = {
    .command = {.name = "nats-credential-daypass",
	.synopsis = "[URL]",
	.summary = "Prints the token that a NATS client connects with."},
    .run = run,
};
