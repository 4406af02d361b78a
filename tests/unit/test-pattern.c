/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "rows.h"
#include "tap.h"

static struct config *
config_of(const char *word, const char *name)
{
	char text[512];

	snprintf(text, sizeof(text), "[%s \"%s\"]\n credential = id-token\n",
	    word, name);
	return rows_config(NULL, text);
}

/* The pattern is a mistake, and whoever asks for the target is told so. */
static void
mistaken(const char *word, const char *name, const char *asked, const char *why)
{
	scoped(config) struct config *config = config_of(word, name);
	struct binding binding;
	struct target target;
	struct error err = {.fault = FAULT_NONE};
	const char *text = config_mistake(config, 0);
	int got;

	tap_ok(text != NULL && strstr(text, why) != NULL, "%s %s: %s", word,
	    name, text != NULL ? text : "no mistake");
	if (asked == NULL)
		return;
	got = strcmp(word, "docker") == 0 ? target_docker(asked, &target, &err)
					  : target_url(asked, &target, &err);
	tap_ok(
	    got == 0 &&
		config_binding(config, word, &target, &binding, &err) == -1 &&
		strcmp(err.text, text) == 0,
	    "and is told to whoever asks for %s", asked);
}

static void
good(const char *word, const char *name)
{
	scoped(config) struct config *config = config_of(word, name);

	tap_is(config_mistake(config, 0), NULL, "%s %s: taken", word, name);
}

static void
users(void)
{
	mistaken("function", "https://alice@h/x", "https://h/x/y",
	    "a URL with a user name cannot be bound; `username = alice` says");
	mistaken("git", "https://al%20ice@h/x", "https://h/x/y",
	    "a URL with a user name cannot be bound");
	mistaken("git", "https://@h/x", "https://h/x/y", "user name");
	mistaken("git", "http://alice@h/x", NULL, "would send tokens in clear");
	mistaken("git", "https://alice@h/*", NULL, "`*` in its path");
	good("git", "https://alice@h/x");
	good("git", "http://alice@localhost:3000/x");
	mistaken("git", "alice@h", "https://h",
	    "no scheme; did you mean `https://h`?");
	mistaken("docker", "alice@ghcr.io", "ghcr.io", "`username = alice`");
	mistaken("nats", "nats://@h", "nats://h", "user name");
	mistaken("git", "git@github.com:acme/x", NULL, "no scheme");
	good("git", "https://h/a@b");
}

static void
passwords(void)
{
	scoped(config) struct config *config =
	    config_of("git", "https://alice:hunter2@h");
	const char *text = config_mistake(config, 0);

	tap_ok(text != NULL && strstr(text, "hunter2") == NULL &&
		   strstr(text, "[git \"https://alice:***@h\"]") != NULL &&
		   strstr(text, "`username = alice`") != NULL,
	    "a password is not shown: %s", text);
}

/* What is minted must not be read on the way. */
static void
clear(void)
{
	mistaken("git", "http://h:8080/x", "http://h:8080/x",
	    "http:// to a host that is not loopback would send tokens in "
	    "clear; did you mean `https://h:8080/x`?");
	mistaken("function", "http://10.0.0.1", "http://10.0.0.1", "clear");
	mistaken("nats", "ws://h", "ws://h", "did you mean `wss://h`?");
	mistaken("git", "http://*.localhost", "http://a.localhost", "clear");
	mistaken("git", "http://127.1", "http://127.1", "clear");
	mistaken("docker", "http://r:5000", "r:5000", "plain http");
	good("git", "http://localhost:3000/x");
	good("git", "http://127.0.0.1");
	good("function", "http://[::1]:8080");
	good("nats", "nats://h");
	good("nats", "tls://h");
	good("docker", "http://localhost:5000");
}

/* One that is mistaken and as close is the one to be told of. */
static void
rivals(void)
{
	scoped(config) struct config *config = rows_config(NULL,
	    "[git \"https://h\"]\n credential = id-token\n"
	    "[git \"https://bob:x@h\"]\n credential = id-token\n");
	struct binding binding;
	struct target target;
	struct error err = {.fault = FAULT_NONE};

	target_url("https://h/x", &target, NULL);
	tap_number(config_binding(config, "git", &target, &binding, &err), -1,
	    "two that are as close");
	tap_is(err.text, config_mistake(config, 0), "the mistake is told");
}

/* Which pattern a request of this user's is for. */
static void
picks(const struct config *config, const char *user, const char *url,
    const char *pattern)
{
	struct binding binding = {.pattern = NULL};
	struct target target;

	target_url(url, &target, NULL);
	snprintf(target.user, sizeof(target.user), "%s", user);
	config_binding(config, "git", &target, &binding, NULL);
	tap_is(binding.pattern, pattern, "%s, %s", user, url);
}

static void
several_users(void)
{
	scoped(config) struct config *config = rows_config(
	    "[git \"https://h/a\"]\n credential = id-token\n",
	    "[git \"https://write@h/a\"]\n credential = id-token\n"
	    "[git \"https://Write@h\"]\n credential = id-token\n"
	    "[git \"https://h/a/b\"]\n credential = id-token\n");

	tap_is(config_mistake(config, 0), NULL, "none redefines another");
	picks(config, "", "https://h/a/x", "https://h/a");
	picks(config, "write", "https://h/a/x", "https://write@h/a");
	picks(config, "other", "https://h/a/x", "https://h/a");
	picks(config, "Write", "https://h/c", "https://Write@h");
	picks(config, "write", "https://h/c", NULL);
	picks(config, "write", "https://h/a/b", "https://h/a/b");
}

int
main(void)
{
	users();
	passwords();
	clear();
	rivals();
	several_users();
	return tap_done();
}
