/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/jwt.h"
#include "base/scoped.h"
#include "base/secret.h"
#include "base/text.h"
#include "helpers/daypass/curl_line.h"
#include "helpers/daypass/curl_reply.h"
#include "helpers/daypass/curl_run.h"
#include "helpers/daypass/verb.h"
#include "helpers/standard.h"
#include "wire/client.h"

/*
 * curl with the token that a [function] binding gives, in a header that only
 * curl sees. What it is asked to do is read first: a token that could go
 * astray is not minted.
 */

/* Seconds for a person to approve. */
#define PATIENCE 600

static struct client client;
static struct curl_line line;

static void
start(const struct target *target)
{
	char doctor[TARGET_MAX + 16];

	client_start(&client, "get");
	writing_add(&client.writing, "tool", "function");
	writing_add(&client.writing, "target", target->text);
	client_patience(&client, PATIENCE);
	snprintf(doctor, sizeof(doctor), "function %s", target->text);
	writing_add(&client.writing, "doctor", doctor);
}

static int
unbound(const struct target *target, struct error *err)
{
	return error_set(err, FAULT_CONFIG,
	    "config: nothing binds '%.300s': [function \"%.300s\"] with its "
	    "credential (daypass doctor function %.300s)",
	    target->text, target->text, target->text);
}

/* A header is no place for anything else: RFC 6750 2.1, b64token. */
static bool
is_bearer(const char *token)
{
	return *token != '\0' &&
	       token[strspn(token,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		   "0123456789-._~+/=")] == '\0';
}

/* Leaves it in client.message. */
static int
ask(const struct target *target, const char **got, struct error *err)
{
	int result;

	start(target);
	if ((result = client_answer(&client, err)) == -1)
		return -1;
	if (result == 1)
		return unbound(target, err);
	*got = message_get(&client.message, "secret");
	if (*got == NULL || !is_bearer(*got))
		return error_set(
		    err, FAULT_SYSTEM, "agent: gave no token for a header");
	return 0;
}

static int
ask_first(struct secret **token, struct error *err)
{
	const char *got;

	if (ask(&line.urls[0], &got, err) == -1)
		return -1;
	*token = secret_copy(got, strlen(got));
	return *token == NULL ? error_errno(err, "memory for a token") : 0;
}

/* One header goes to all of the URLs, so one token has to be all of theirs. */
static int
ask_others(const struct secret *token, struct error *err)
{
	const char *got;

	for (unsigned i = 1; i < line.count; i++) {
		if (ask(&line.urls[i], &got, err) == -1)
			return -1;
		if (secret_equal(token, got, strlen(got)))
			continue;
		error_set(err, FAULT_REFUSED,
		    "target: '%.300s' wants another token than '%.300s': run "
		    "daypass curl for each",
		    line.urls[i].text, line.urls[0].text);
		return error_at(err, STAGE_TARGET);
	}
	client_wipe(&client);
	return 0;
}

/* Where Authorization is the user's, Cloud Run and IAP look for theirs
 * elsewhere: cloud.google.com/run/docs/authenticating/service-to-service,
 * cloud.google.com/iap/docs/authentication-howto. */
static const char *
header(const struct secret *token)
{
	struct jwt jwt;

	if (!line.login)
		return "Authorization";
	if (jwt_read(token, &jwt, NULL) == 0 &&
	    text_ends(jwt.audience, ".apps.googleusercontent.com"))
		return "Proxy-Authorization";
	return "X-Serverless-Authorization";
}

/* 22: --fail. At another failure the 403 may have been a proxy's. */
static void
explain(int status, int heads, const struct secret *token)
{
	struct curl_reply reply;
	struct error err;

	if (!WIFEXITED(status) ||
	    (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 22))
		return;
	curl_reply_read(&reply, heads, token);
	if (reply.status == 0)
		return;
	curl_reply_explain(&reply, &line.urls[0], token, &err);
	standard_report(&err);
}

/* As curl ended, so do we. */
static int
end_like(int status)
{
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		kill(getpid(), WTERMSIG(status));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

/* curl hides what it finds of passwords from ps; ours would show as long as it
 * runs, and before that as long as somebody is asked for approval. */
static int
hide(int argc, char **argv, struct error *err)
{
	for (int i = 0; i < argc; i++) {
		char *word = strdup(argv[i]);

		if (word == NULL)
			return error_errno(err, "memory for curl's arguments");
		memset(argv[i], '*', strlen(argv[i]));
		argv[i] = word;
	}
	return 0;
}

static int
call(int argc, char **argv, int *status, struct error *err)
{
	scoped(secret) struct secret *token = NULL;
	scoped(fd) int heads = -1;
	struct curl_run with = {.argv = argv, .argc = argc};

	if (curl_line_read(&line, argc, argv, err) == -1 ||
	    hide(argc, argv, err) == -1 || ask_first(&token, err) == -1 ||
	    ask_others(token, err) == -1)
		return -1;
	if ((heads = memfd_create("daypass-curl", MFD_CLOEXEC)) == -1)
		return error_errno(err, "a place for what is answered");
	with.token = token;
	with.header = header(token);
	with.plain = curl_line_is_plain(&line);
	with.verbose = line.verbose;
	with.heads = heads;
	if (curl_run(&with, status, err) == -1)
		return -1;
	explain(*status, heads, token);
	return 0;
}

static int
run(int argc, char **argv)
{
	struct error err;
	int status;

	if (call(argc - 1, argv + 1, &status, &err) == -1)
		return verb_fail(&err);
	return end_like(status);
}

const struct verb verb_curl = {
    .word = "curl",
    .command = {.name = "daypass curl",
	.synopsis = "-- CURL-ARGUMENT... URL",
	.summary = "runs curl with the token that is bound to its URL"},
    .run = run,
};
