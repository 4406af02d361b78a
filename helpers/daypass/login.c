/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "helpers/daypass/browser.h"
#include "helpers/daypass/patience.h"
#include "helpers/daypass/redirect.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"

/*
 * `daypass login`: what a person sees of it. The agent and its children speak
 * to the issuer and keep what is secret; here is the terminal, the browser,
 * and the place where it comes back to.
 */
#define INTERVAL 5
#define EXPIRES 600

static bool use_device;

static const struct option_row options[] = {
    {"device", NULL, "with a code to enter elsewhere, and no browser here",
	NULL, &use_device},
    {0}};

static struct client client;
static struct redirect redirect;
static char flow[64];

/* The agent's word: "done", "pending", or NULL for the first one. -1: no. */
static int
ask(const char *reply, struct error *err)
{
	client_start(&client, "login");
	writing_add(&client.writing, "flow", flow);
	if (reply != NULL)
		writing_add(&client.writing, "reply", reply);
	return client_answer(&client, err) == 0 ? 0 : -1;
}

static const char *
told(const char *key, char *text, size_t size)
{
	const char *value = message_get(&client.message, key);

	if (value == NULL)
		value = "";
	return text_printable(text, size, value, strlen(value));
}

static bool
is_done(void)
{
	const char *state = message_get(&client.message, "state");

	return state != NULL && strcmp(state, "done") == 0;
}

static int
begin(const char *name, bool device, struct error *err)
{
	client_start(&client, "login");
	if (name != NULL)
		writing_add(&client.writing, "identity", name);
	if (device)
		writing_add(&client.writing, "device", "1");
	else
		writing_number(&client.writing, "redirect-port", redirect.port);
	if (client_answer(&client, err) != 0)
		return -1;
	if (message_get(&client.message, "flow") == NULL ||
	    message_get(&client.message, "url") == NULL ||
	    text_copy(
		flow, sizeof(flow), message_get(&client.message, "flow")) == -1)
		return error_set(
		    err, FAULT_SYSTEM, "agent: gave half an answer");
	return 0;
}

/* Nobody waits any more: what the agent holds of it is to go, too. */
static void
give_up(void)
{
	struct error err;

	client_start(&client, "login");
	writing_add(&client.writing, "flow", flow);
	writing_add(&client.writing, "cancel", "1");
	client.no_start = true;
	client_answer(&client, &err);
	client_wipe(&client);
}

static int64_t
deadline_of(void)
{
	return clock_ms() +
	       message_number(&client.message, "expires", EXPIRES) * 1000;
}

/* A fault that may pass is said once. */
static void
show_said(void)
{
	static char last[1024];
	char text[1024];

	told("said", text, sizeof(text));
	if (text[0] == '\0' || strcmp(text, last) == 0)
		return;
	text_copy(last, sizeof(last), text);
	fprintf(stderr, "daypass: %s; still waiting\n", text);
}

static void
show_end(void)
{
	char subject[512], issuer[512], why[512];
	const char *rests = message_get(&client.message, "rests");

	printf("Logged in as %s at %s.\n",
	    told("subject", subject, sizeof(subject)),
	    told("issuer", issuer, sizeof(issuer)));
	told("why", why, sizeof(why));
	if (rests != NULL && strcmp(rests, "keyring") == 0)
		puts("The login rests in the desktop's keyring until daypass "
		     "logout.");
	else
		printf("The login rests in this session's memory alone%s%s%s "
		       "and is gone when the session ends.\n",
		    why[0] == '\0' ? "" : " (", why, why[0] == '\0' ? "" : ")");
}

static int
too_late(struct error *err)
{
	give_up();
	return error_set(err, FAULT_IDENTITY,
	    "identity login: nobody logged in in time: daypass login starts "
	    "anew");
}

static void
show_device(void)
{
	char url[1024], code[128], whole[1024];

	printf("On any device, open\n\n    %s\n\nand enter the code\n\n"
	       "    %s\n",
	    told("url", url, sizeof(url)), told("user-code", code, 128));
	if (told("complete", whole, sizeof(whole))[0] != '\0')
		printf("\nor open\n\n    %s\n\nand see that the code is the "
		       "same.\n",
		    whole);
	printf("\nWaiting; the code is good for %lld min.\n",
	    (long long)message_number(&client.message, "expires", EXPIRES) /
		60);
	fflush(stdout);
}

static int
follow_device(struct error *err)
{
	int64_t deadline = deadline_of();

	show_device();
	do {
		int64_t pause = 1000 * message_number(&client.message,
					   "interval", INTERVAL);

		if (clock_ms() + pause >= deadline)
			return too_late(err);
		if (patience_poll(NULL, 0, pause) == -1) {
			give_up();
			patience_end();
		}
		if (ask(NULL, err) == -1)
			return -1;
		show_said();
	} while (!is_done());
	return 0;
}

/* The issuer may know one port alone: [identity] redirect says it. */
static int
listen_there(struct error *err)
{
	int64_t port = message_number(&client.message, "listen", 0);
	const char *path = message_get(&client.message, "path");

	if (path == NULL || port < 1 || port > 65535 ||
	    text_copy(redirect.path, sizeof(redirect.path),
		path[0] == '\0' ? "/" : path) == -1)
		return error_set(
		    err, FAULT_SYSTEM, "agent: gave half an answer");
	if (port == redirect.port)
		return 0;
	redirect_close(&redirect);
	if (redirect_open(&redirect, (int)port, err) == 0)
		return 0;
	return error_in(err, "[identity] redirect");
}

static void
show_browser(void)
{
	const char *url = message_get(&client.message, "url");
	bool open = browser_open(url);

	printf("%s\n\n    %s\n\nWaiting for the browser to come back.\n",
	    open ? "A browser opens this page, to log in:"
		 : "Open this page in a browser on this machine:",
	    url);
	fflush(stdout);
}

static void
show_guest(const struct error *err)
{
	if (err != NULL)
		redirect_answer(&redirect, 400,
		    "The login failed. The terminal says why.\n");
	else if (is_done())
		redirect_answer(&redirect, 200,
		    "You are logged in. This page may be closed.\n");
	else
		redirect_answer(&redirect, 400,
		    "This is no reply to a login that daypass has begun.\n");
}

static int
follow_browser(struct error *err)
{
	int64_t deadline = deadline_of();
	const char *query;

	show_browser();
	do {
		switch (redirect_wait(&redirect, deadline, &query)) {
		case 0:
			return too_late(err);
		case -1:
			give_up();
			patience_end();
		}
		if (ask(query, err) == -1) {
			show_guest(err);
			return -1;
		}
		show_guest(NULL);
		show_said();
	} while (!is_done());
	return 0;
}

static int
log_in(const char *name, struct error *err)
{
	int result;

	if (use_device || !browser_is_there())
		return begin(name, true, err) == -1 ? -1 : follow_device(err);
	if (redirect_open(&redirect, 0, err) == -1 ||
	    begin(name, false, err) == -1)
		return -1;
	result = listen_there(err);
	if (result == -1)
		give_up();
	else
		result = follow_browser(err);
	redirect_close(&redirect);
	return result;
}

static int
run(int argc, char **argv)
{
	struct error err = {.fault = FAULT_NONE};

	if (argc > 2)
		error_set(&err, FAULT_USAGE,
		    "unknown argument '%.64s': one identity's name at most",
		    argv[2]);
	if (err.fault != FAULT_NONE || log_in(argv[1], &err) == -1)
		return verb_fail(&err);
	show_end();
	client_wipe(&client);
	return 0;
}

const struct verb verb_login = {
    .word = "login",
    .command = {.name = "daypass login",
	.synopsis = "[--device] [IDENTITY]",
	.summary = "logs a person in, for [identity] source = login",
	.options = options},
    .run = run,
};
