/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "identity/login.h"
#include "pledge.h"
#include "stranger.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const char *const names[] = {"issuer", "client-id", NULL};

/* The agent's, and the browser's, part of a talk. */
static void
ask(struct message *asked, const char *word, const char *query)
{
	static const struct attribute known[] = {
	    {"redirect-port", "4711"},
	    {"flow.state", "s"},
	    {"flow.nonce", "n"},
	    {"flow.verifier", "v"},
	    {"flow.redirect", "http://127.0.0.1:4711/callback"},
	    {"flow.device-code", "d"},
	    {"flow.interval", "5"},
	};

	memset(asked, 0, sizeof(*asked));
	asked->word = word;
	memcpy(asked->attributes, known, sizeof(known));
	asked->count = sizeof(known) / sizeof(known[0]);
	asked->attributes[asked->count++] = (struct attribute){"reply", query};
}

static int
run(const char *what, const char *query, struct login *login,
    struct writing *told, struct error *err)
{
	struct message asked;

	ask(&asked, what, query);
	if (strcmp(what, "browser") == 0)
		return login_browser_begin(login, &asked, told, err);
	if (strcmp(what, "device") == 0)
		return login_device_begin(login, told, err);
	if (strcmp(what, "poll") == 0)
		return login_device_go_on(login, &asked, told, err);
	if (strcmp(what, "leave") == 0)
		return login_leave(login, told, err);
	return login_browser_go_on(login, &asked, told, err);
}

static void
talk(const struct identity_mint *mint, const char *what, const char *query,
    const uint8_t *bytes, size_t length)
{
	static char room[MESSAGE_MAX];
	scoped(secret) struct secret *token = NULL;
	scoped(login) struct login login = {0};
	struct error err = {.fault = FAULT_NONE};
	struct writing told;
	int result;

	writing_start(&told, room, sizeof(room), "told");
	if (strcmp(what, "refresh") == 0) {
		result = identity_named("login")->run(mint, &token, &err);
	} else {
		if (login_open(&login, mint, &err) == -1)
			abort();
		if (strcmp(what, "poll") != 0 && strcmp(what, "leave") != 0)
			login.metadata =
			    json_parse((const char *)bytes, length, NULL);
		if (login.metadata == NULL && strcmp(what, "poll") != 0 &&
		    strcmp(what, "leave") != 0)
			return;
		result = run(what, query, &login, &told, &err);
	}
	if (result == -1)
		stranger_check(&err);
}

/* First what is done, then what the browser brought, a line each; the rest is
 * what everybody answers. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(settings) struct settings *settings = settings_new();
	struct http http = {.deadline = clock_ms() + 10000};
	struct identity_mint mint = {
	    .audience = "c1", .settings = settings, .http = &http};
	struct pledge pledge;
	char what[32], query[4096];

	if (!stranger_line(&bytes, &length, what, sizeof(what)) ||
	    !stranger_line(&bytes, &length, query, sizeof(query)))
		return 0;
	settings_add(settings, "issuer", "https://i.example");
	settings_add(settings, "client-id", "c1");
	pledge_open(&pledge, settings, names, false);
	mint.keep = &pledge.keep;
	pledge_answer(pledge.session, "ok secret=rt_ada");
	for (int i = 0; i < 3; i++)
		pledge_answer(pledge.session, "ok");
	stranger_says(200, "application/json", bytes, length);
	talk(&mint, what, query, bytes, length);
	pledge_close(&pledge);
	return 0;
}
