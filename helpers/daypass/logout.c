/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"

static struct client client;

static const char *
told(const char *key, char *text, size_t size)
{
	const char *value = message_get(&client.message, key);

	if (value == NULL)
		value = "";
	return text_printable(text, size, value, strlen(value));
}

static bool
is(const char *key, const char *wanted)
{
	const char *value = message_get(&client.message, key);

	return value != NULL && strcmp(value, wanted) == 0;
}

static void
show(void)
{
	char issuer[512], why[1024];

	told("issuer", issuer, sizeof(issuer));
	if (is("state", "none"))
		printf("Nobody was logged in at %s.\n", issuer);
	else if (is("revoked", "yes"))
		printf("Logged out; %s has taken the login back.\n", issuer);
	else
		printf("Logged out. The login is forgotten here, but %s may "
		       "still honour it: %s\n",
		    issuer, told("why", why, sizeof(why)));
}

static int
run(int argc, char **argv)
{
	struct error err = {.fault = FAULT_NONE};

	if (argc > 2) {
		error_set(&err, FAULT_USAGE,
		    "unknown argument '%.64s': one identity's name at most",
		    argv[2]);
		return verb_fail(&err);
	}
	client_start(&client, "logout");
	if (argc == 2)
		writing_add(&client.writing, "identity", argv[1]);
	if (client_answer(&client, &err) != 0)
		return verb_fail(&err);
	show();
	return 0;
}

const struct verb verb_logout = {
    .word = "logout",
    .command = {.name = "daypass logout",
	.synopsis = "[IDENTITY]",
	.summary = "takes a person's login back, and forgets it"},
    .run = run,
};
