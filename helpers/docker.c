/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers/dockerkey.h"
#include "helpers/dockerlist.h"
#include "helpers/fallback.h"
#include "helpers/helper.h"
#include "helpers/input.h"
#include "helpers/object.h"
#include "helpers/reply.h"
#include "helpers/standard.h"
#include "wire/client.h"

/*
 * docker-credential-helpers: one word on the command line, the rest on
 * standard input; every answer, failures too, on standard output.
 */
/* Seconds for a person to approve: a push has somebody who looks at it. */
#define PATIENCE 60

static struct client client;
static struct input input;
static char original[INPUT_MAX];
static struct object object;
static struct reply reply;

static int
fail(const char *sentence)
{
	reply_start(&reply);
	reply_add(&reply, sentence);
	reply_add(&reply, "\n");
	reply_send(&reply, STDOUT_FILENO);
	return 1;
}

static int
fail_because(const struct error *err)
{
	char sentence[sizeof("daypass: ") + ERROR_TEXT_MAX];

	snprintf(sentence, sizeof(sentence), "daypass: %s", err->text);
	return fail(sentence);
}

static int
succeed(void)
{
	if (reply_send(&reply, STDOUT_FILENO) == 0)
		return 0;
	return fail("daypass: the answer is too long");
}

/* NULL: there is none, and docker has been told. */
static const char *
read_key(void)
{
	const char *failure, *key;
	struct error err;

	if (input_read(&input, NULL, &err) == -1) {
		fail_because(&err);
		return NULL;
	}
	key = dockerkey_read(input.bytes, input.length, &failure);
	if (key == NULL)
		fail(failure);
	return key;
}

/* A name that no registry can have is a fault of usage, at the target, whether
 * the agent is told it or not. */
static int
ask_about(const char *verb, const char *key, struct error *err)
{
	char doctor[1024];

	client_start(&client, verb);
	writing_add(&client.writing, "tool", "docker");
	if (!dockerkey_is_askable(key))
		return client_answer(&client, err);
	writing_add(&client.writing, "target", key);
	if (snprintf(doctor, sizeof(doctor), "docker %s", key) <
	    (int)sizeof(doctor))
		writing_add(&client.writing, "doctor", doctor);
	if (strcmp(verb, "get") == 0)
		client_patience(&client, PATIENCE);
	return client_answer(&client, err);
}

/* What nothing binds goes to the fallback, if there is one. Returns only if
 * there is none (0), or if it cannot be run (-1: docker has been told). */
static int
hand_on(const char *verb, const char *bytes, size_t length)
{
	const char *name = message_get(&client.message, "fallback");
	struct error err;

	if (name == NULL)
		return 0;
	fallback_become(name, verb, bytes, length, &err);
	fail_because(&err);
	return -1;
}

static int
render(const char *key)
{
	const char *username = message_get(&client.message, "username");
	const char *secret = message_get(&client.message, "secret");

	if (username == NULL || secret == NULL)
		return fail("daypass: agent: gave a credential that docker "
			    "cannot use");
	reply_start(&reply);
	reply_add(&reply, "{");
	reply_member(&reply, "ServerURL", key);
	reply_member(&reply, "Username", username);
	reply_member(&reply, "Secret", secret);
	reply_add(&reply, "}\n");
	client_wipe(&client);
	return succeed();
}

/* 1: something binds it; 0: nothing does; -1: that cannot be told. */
static int
is_bound(const char *key, struct error *err)
{
	const char *fault;

	if (ask_about("road", key, err) == -1)
		return -1;
	fault = message_get(&client.message, "fault");
	if (fault == NULL || fault_named(fault) == FAULT_USAGE)
		return message_get(&client.message, "binding") != NULL;
	return error_set(err, fault_named(fault), "%s",
	    message_get(&client.message, "text"));
}

/* Such a name is no reason to stop: the fallback, which only the answer about
 * its road names, may know it. */
static int
ask_for(const char *key, struct error *err)
{
	int result = ask_about("get", key, err);

	if (result == -1 && err->stage == STAGE_TARGET &&
	    err->fault == FAULT_USAGE)
		return is_bound(key, err) == -1 ? -1 : 1;
	return result;
}

static int
get(void)
{
	struct error err;
	const char *key = read_key();
	int result;

	if (key == NULL)
		return 1;
	result = ask_for(key, &err);
	if (result == 0)
		return render(key);
	if (result == -1)
		return fail_because(&err);
	if (hand_on("get", key, strlen(key)) == -1)
		return 1;
	return fail(DOCKERKEY_NOT_FOUND);
}

/* docker logs in with what it got and stores that: for what we mint anew at
 * every get, keeping nothing is right. A password for another host must not
 * be lost without a word. */
static int
store_for(const char *key, size_t length)
{
	struct error err;
	int bound = is_bound(key, &err);

	if (bound == -1)
		return fail_because(&err);
	if (bound == 1)
		return 0;
	if (hand_on("store", original, length) == -1)
		return 1;
	error_set(&err, FAULT_CONFIG,
	    "config: nothing binds %.200s, and daypass keeps no passwords "
	    "([docker] fallback = NAME names a helper that does)",
	    key);
	return fail_because(&err);
}

static int
store(void)
{
	struct error err;
	const char *key, *username;

	if (input_read(&input, NULL, &err) == -1)
		return fail_because(&err);
	/* Reading takes it apart, and the fallback wants it whole. */
	memcpy(original, input.bytes, input.length);
	if (object_read(&object, input.bytes, input.length, &err) == -1)
		return fail_because(&err);
	key = object_get(&object, "ServerURL");
	username = object_get(&object, "Username");
	if (key == NULL || key[0] == '\0')
		return fail(DOCKERKEY_NO_URL);
	if (username == NULL || username[0] == '\0')
		return fail(DOCKERKEY_NO_USERNAME);
	return store_for(key, input.length);
}

/* `docker logout` asks under several names and warns where all fail: what is
 * not there is erased already. */
static int
erase(void)
{
	const char *key = read_key();
	int bound;

	if (key == NULL)
		return 1;
	client.quiet = true;
	bound = is_bound(key, NULL);
	if (bound == 0)
		return hand_on("erase", key, strlen(key)) == -1;
	if (bound == 1)
		ask_about("erase", key, NULL);
	return 0;
}

/* Never a failure: docker would take none of its other credentials then. */
static int
list(void)
{
	struct error err = {.fault = FAULT_NONE};

	client_start(&client, "list");
	client.quiet = true;
	if (client_answer(&client, &err) == -1) {
		/* docker wants a list all the same: that of nothing */
		standard_report(&err);
		client.message.count = 0;
	}
	dockerlist_render(&reply, &client.message, &input);
	return succeed();
}

static int
version(void)
{
	reply_start(&reply);
	reply_add(&reply,
	    "docker-credential-daypass (daypass) " PROGRAM_VERSION "\n");
	return succeed();
}

static int
help(void)
{
	options_help(&helper.command);
	return 0;
}

static const struct {
	const char *word;
	int (*run)(void);
} actions[] = {
    {"get", get},
    {"store", store},
    {"erase", erase},
    {"list", list},
    {"version", version},
    {"--version", version},
    {"-v", version},
    {"--help", help},
    {"-h", help},
};

static int
run(int argc, char **argv)
{
	char sentence[256];

	if (argc != 2)
		return fail("Usage: docker-credential-daypass "
			    "<store|get|erase|list|version>");
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(argv[1], actions[i].word) == 0)
			return actions[i].run();
	snprintf(sentence, sizeof(sentence),
	    "docker-credential-daypass: unknown action: %.150s", argv[1]);
	return fail(sentence);
}

const struct helper helper = {
    .command = {.name = "docker-credential-daypass",
	.synopsis = "get|store|erase|list|version",
	.summary = "Gives docker short-lived credentials for the registries "
		   "that the configuration binds."},
    .run = run,
    .own_options = true,
};
