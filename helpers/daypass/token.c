/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/target.h"
#include "helpers/daypass/verb.h"
#include "helpers/process.h"
#include "helpers/reply.h"
#include "wire/client.h"

static const char *audience, *url;
static bool force;

static const struct option_row options[] = {
    {"audience", "A", "the identity's own token, for this audience", &audience,
	NULL},
    {"for", "URL", "what the configuration binds to this URL", &url, NULL},
    {"force", NULL, "a new one, also after a failure a moment ago", NULL,
	&force},
    {0}};

/* Seconds for a person to approve. */
#define PATIENCE 600

static struct client client;
static struct reply reply;

/* A URL as messages show it: without its user, who may have a password. */
static const char *
shown(const char *value)
{
	static struct target target;

	if (value != url)
		return value;
	return target_url(url, &target, NULL) == 0 ? target.text : "URL";
}

static void
start(const char *key, const char *value, const char *tool)
{
	char doctor[TARGET_MAX + 16];

	client_start(&client, "get");
	writing_add(&client.writing, "tool", "token");
	writing_add(&client.writing, key, value);
	client_patience(&client, PATIENCE);
	if (force)
		writing_add(&client.writing, "force", "1");
	if (snprintf(doctor, sizeof(doctor), "%s %s", tool, shown(value)) <
	    (int)sizeof(doctor))
		writing_add(&client.writing, "doctor", doctor);
}

static int
ask(const char *credential, struct error *err)
{
	int result;

	if (audience != NULL)
		start("audience", audience, "id-token");
	else if (url != NULL)
		start("target", url, "token");
	else
		start("credential", credential, "token");
	result = client_answer(&client, err);
	if (result != 1)
		return result;
	return error_set(err, FAULT_CONFIG, "config: nothing binds '%.300s'",
	    url != NULL ? shown(url) : credential);
}

/* As it is, for a header or a login; AWS keys as a credential_process prints
 * them, for they are three. */
static int
render(struct error *err)
{
	const char *kind = message_get(&client.message, "kind");
	const char *secret = message_get(&client.message, "secret");

	if (kind != NULL && strcmp(kind, "aws") == 0 &&
	    process_render(&reply, &client.message) == 0)
		return 0;
	if (kind == NULL || strcmp(kind, "aws") == 0 || secret == NULL)
		return error_set(
		    err, FAULT_SYSTEM, "agent: gave half a credential");
	reply_start(&reply);
	reply_add(&reply, secret);
	reply_add(&reply, "\n");
	return 0;
}

static int
run(int argc, char **argv)
{
	struct error err;

	if ((argc == 2) + (audience != NULL) + (url != NULL) != 1 || argc > 2) {
		error_set(&err, FAULT_USAGE,
		    "say which token: one of CREDENTIAL, --audience A, --for "
		    "URL");
		return verb_fail(&err);
	}
	if (ask(argv[1], &err) == -1 || render(&err) == -1)
		return verb_fail(&err);
	client_wipe(&client);
	if (reply_send(&reply, STDOUT_FILENO) == 0)
		return 0;
	error_errno(&err, "agent: cannot write the token");
	return verb_fail(&err);
}

const struct verb verb_token = {
    .word = "token",
    .command = {.name = "daypass token",
	.synopsis = "[--force] CREDENTIAL | --audience A | --for URL",
	.summary = "prints one token, for curl and scripts",
	.options = options},
    .run = run,
};
