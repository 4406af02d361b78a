/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers/gitrequest.h"
#include "helpers/helper.h"
#include "helpers/input.h"
#include "helpers/reply.h"
#include "helpers/standard.h"
#include "wire/client.h"

/*
 * git-credential(1), gitcredentials(7). git ignores our exit code: a failure
 * that must not end in a prompt is told by `quit`.
 */
#define URL_MAX 2048 /* no longer one is known to the agent */

/* Seconds for a person to approve: git waits for as long as it takes. */
#define PATIENCE 600

static struct client client;
static struct input input;
static struct reply reply;

/* 1: it is for another helper (a protocol that is not ours). */
static int
read_request(struct gitrequest *request, char *url, struct error *err)
{
	if (input_read(&input, "\n\n", err) == -1 ||
	    gitrequest_read(request, input.bytes, input.length, err) == -1)
		return -1;
	if (!gitrequest_is_web(request))
		return 1;
	return gitrequest_url(request, url, URL_MAX, err);
}

static void
start_request(
    const char *verb, const struct gitrequest *request, const char *url)
{
	client_start(&client, verb);
	writing_add(&client.writing, "tool", "git");
	writing_add(&client.writing, "target", url);
	if (request->username != NULL)
		writing_add(&client.writing, "username", request->username);
}

static int
ask_for(const struct gitrequest *request, const char *url, struct error *err)
{
	char doctor[sizeof("git ") + URL_MAX];

	start_request("get", request, url);
	snprintf(doctor, sizeof(doctor), "git %s", url);
	writing_add(&client.writing, "doctor", doctor);
	client_patience(&client, PATIENCE);
	return client_answer(&client, err);
}

static void
add_expiry(void)
{
	int64_t expires = message_number(&client.message, "expires", 0);

	if (expires > 0)
		reply_line(&reply, "password_expiry_utc",
		    message_get(&client.message, "expires"));
}

static void
add_bearer(const char *secret)
{
	reply_line(&reply, "capability[]", "authtype");
	reply_line(&reply, "authtype", "Bearer");
	reply_line(&reply, "credential", secret);
	reply_line(&reply, "ephemeral", "1");
}

static int
render(const struct gitrequest *request, struct error *err)
{
	const char *kind = message_get(&client.message, "kind");
	const char *username = message_get(&client.message, "username");
	const char *secret = message_get(&client.message, "secret");
	bool token = kind != NULL && (strcmp(kind, "bearer") == 0 ||
					 strcmp(kind, "id-token") == 0);

	if (username == NULL || secret == NULL ||
	    strchr(username, '\r') != NULL || strchr(secret, '\r') != NULL)
		return error_set(err, FAULT_SYSTEM,
		    "agent: gave a credential that git cannot use");
	reply_start(&reply);
	if (token && request->authtype && request->bearer) {
		add_bearer(secret);
	} else {
		reply_line(&reply, "username", username);
		reply_line(&reply, "password", secret);
	}
	add_expiry();
	return 0;
}

/* Without `quit` git would go on to the next helper, then to a prompt, and the
 * reason would be lost above it. */
static void
render_failure(const struct error *err)
{
	standard_report(err);
	reply_start(&reply);
	reply_line(&reply, "quit", "1");
}

static int
get(void)
{
	struct gitrequest request;
	char url[URL_MAX];
	struct error err;
	int result = read_request(&request, url, &err);

	if (result == -1)
		standard_report(&err);
	if (result != 0)
		return 0;
	result = ask_for(&request, url, &err);
	if (result == 1)
		return 0;
	if (result == -1 || render(&request, &err) == -1)
		render_failure(&err);
	client_wipe(&client);
	reply_send(&reply, STDOUT_FILENO);
	return 0;
}

static int
erase(void)
{
	struct gitrequest request;
	const char *rejected;
	char url[URL_MAX];

	if (read_request(&request, url, NULL) != 0)
		return 0;
	rejected =
	    request.password != NULL ? request.password : request.credential;
	if (rejected == NULL)
		return 0;
	start_request("erase", &request, url);
	writing_add(&client.writing, "password", rejected);
	client.quiet = true;
	client.no_start = true; /* where no session runs nothing is kept */
	client_answer(&client, NULL);
	client_wipe(&client);
	return 0;
}

static int
capability(void)
{
	reply_start(&reply);
	reply_add(&reply, "version 0\ncapability authtype\n");
	reply_send(&reply, STDOUT_FILENO);
	return 0;
}

/* The operation comes last. `store` and those of later gits are ignored. */
static int
run(int argc, char **argv)
{
	const char *operation = argv[argc - 1];

	if (argc < 2) {
		options_help(&helper.command);
		return fault_exit(FAULT_USAGE);
	}
	if (strcmp(operation, "get") == 0)
		return get();
	if (strcmp(operation, "erase") == 0)
		return erase();
	if (strcmp(operation, "capability") == 0)
		return capability();
	return 0;
}

const struct helper helper = {
    .command = {.name = "git-credential-daypass",
	.synopsis = "get|store|erase|capability",
	.summary = "Gives git short-lived credentials for the URLs that the "
		   "configuration binds."},
    .run = run,
};
