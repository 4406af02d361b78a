/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/event.h"
#include "audit/seal.h"
#include "base/jwt.h"
#include "base/xml.h"
#include "config/outline.h"
#include "roads.h"
#include "rows.h"
#include "starve.h"
#include "tap.h"

static bool
settings(char result[STARVE_RESULT])
{
	scoped(settings) struct settings *one = settings_new();
	scoped(settings) struct settings *copy = NULL;
	char key[8];

	for (int i = 0; one != NULL && i < 20; i++) {
		snprintf(key, sizeof(key), "%d", i % 15);
		if (settings_add(one, key, "value") == -1 ||
		    settings_set(one, "last", key) == -1)
			return false;
	}
	if (one == NULL || (copy = settings_copy(one)) == NULL)
		return false;
	snprintf(result, STARVE_RESULT, "%zu %s", settings_count(copy),
	    settings_get(copy, "last"));
	return true;
}

static bool
buffers(char result[STARVE_RESULT])
{
	scoped(buffer) struct buffer buffer = BUFFER(STARVE_RESULT - 1);

	for (int i = 0; i < 100; i++) {
		buffer_printf(&buffer, "%d,", i);
		buffer_add_escaped(&buffer, "a b");
	}
	if (buffer_failed(&buffer))
		return false;
	strcpy(result, buffer_text(&buffer));
	return true;
}

static bool
secrets(char result[STARVE_RESULT])
{
	scoped(secret) struct secret *secret = secret_new(10);
	scoped(secret) struct secret *large = secret_new(100000);

	for (int i = 0; secret != NULL && i < 100; i++)
		if (secret_grow(&secret, "0123456789", 10, 2000) == -1)
			return false;
	if (secret == NULL || large == NULL)
		return false;
	strcpy(result, secret_bytes(secret));
	return true;
}

static bool
tokens(char result[STARVE_RESULT])
{
	static const char text[] =
	    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImF1ZCI6WyJhIiwiYiJdLCJleHAi"
	    "OjE5MDAwMDAwMDB9.c2ln";
	scoped(secret) struct secret *token = secret_copy(text, strlen(text));
	struct error err = {.fault = FAULT_NONE};
	struct jwt jwt;

	if (token == NULL || jwt_read(token, &jwt, &err) == -1)
		return false;
	snprintf(result, STARVE_RESULT, "%s %s", jwt.subject, jwt.audience);
	return true;
}

static bool
documents(char result[STARVE_RESULT])
{
	static const char text[] = "<a><b>one</b><c>two &amp; three</c></a>";
	scoped(secret) struct secret *document =
	    secret_copy(text, strlen(text));
	scoped(secret) struct secret *b = NULL;
	scoped(secret) struct secret *c = NULL;
	const struct xml_pick picks[] = {{"a/b", &b}, {"a/c", &c}};
	struct error err = {.fault = FAULT_NONE};

	if (document == NULL || xml_read(document, picks, 2, &err) == -1)
		return false;
	snprintf(
	    result, STARVE_RESULT, "%s %s", secret_bytes(b), secret_bytes(c));
	return true;
}

#define FILES                                                                  \
	DEV GCP CREDENTIAL(                                                    \
	    "deploy", "aws-assume-role", "from = dev\nrole = " ROLE("deploy")) \
	    BINDING("aws", "default", "deploy")                                \
		BINDING("git", "https://*.acme.io", "gcp")                     \
		    BINDING("docker", "*.dkr.ecr.*.amazonaws.com", "dev")      \
			BINDING("docker", "ghcr.io",                           \
			    "gcp") "[http]\ntimeout = 9s\n"                    \
				   "[rule \"x\"]\nverdict = "                  \
				   "deny\n[credential \"odd\"]\nexchnge = x\n"

static char *rows;

static void
make_rows(void)
{
	rows =
	    rows_of(FILES, "[identity]\nsource = auto\n[gti \"a\"]\nx = y\n");
}

static void
free_rows(void)
{
	free(rows);
}

/* All that a configuration says, mistakes included. */
static void
tell(const struct config *config, char result[STARVE_RESULT])
{
	size_t used = 0;
	const char *mistake;
	const struct settings *dev = NULL;
	struct target target;
	struct binding binding = {0};
	struct error err;

	for (size_t i = 0; (mistake = config_mistake(config, i)) != NULL; i++)
		used += (size_t)snprintf(
		    result + used, STARVE_RESULT - used, "%s\n", mistake);
	config_section(config, "credential", "dev", &dev, &err);
	target_url("https://git.acme.io/x", &target, &err);
	config_binding(config, "git", &target, &binding, &err);
	snprintf(result + used, STARVE_RESULT - used, "%s %s %s %s",
	    settings_get(dev, "role"), binding.credential,
	    config_docker_hosts(config)[0],
	    config_names(config, "credential")[2]);
}

static bool
configuration(char result[STARVE_RESULT])
{
	scoped(config) struct config *config = NULL;
	struct error err = {.fault = FAULT_NONE};

	if (config_read(rows, strlen(rows), &config, &err) == -1)
		return err.fault == FAULT_NONE;
	tell(config, result);
	return true;
}

static char directory[] = "/tmp/daypass-starve-XXXXXX";
static char main_file[64], more[64];

static void
write_file(char *path, const char *name, const char *text)
{
	FILE *file;

	snprintf(path, 64, "%s/%s", directory, name);
	if ((file = fopen(path, "we")) == NULL || fputs(text, file) < 0 ||
	    fclose(file) != 0)
		exit(99);
}

static void
make_files(void)
{
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	if (mkdtemp(directory) == NULL)
		exit(99);
	write_file(more, "more", "[credential \"x\"]\n\trole = \"a;b\"\n");
	write_file(main_file, "config",
	    "[include]\n\tpath = more\n[http]\n\ttimeout = 10s\n");
}

static void
free_files(void)
{
	unlink(main_file);
	unlink(more);
	rmdir(directory);
}

static bool
outlines(char result[STARVE_RESULT])
{
	struct outline outline __attribute__((cleanup(outline_scoped))) = {0};
	struct error err = {.fault = FAULT_NONE};
	size_t used = 0;

	if (outline_read(&outline, main_file, &err) == -1 || outline.bad)
		return false;
	for (size_t i = 0; i < outline.entry_count; i++)
		used += (size_t)snprintf(result + used, STARVE_RESULT - used,
		    "%s.%s=%s\n", outline.entries[i].section,
		    outline.entries[i].key, outline.entries[i].value);
	return true;
}

/* A job with two tokens, the second of which is the one. */
static bool
jobs(char result[STARVE_RESULT])
{
	scoped(surroundings) struct surroundings *around = surroundings_new();
	scoped(secret) struct secret *token = NULL;
	const struct identity_mint mint = {.audience = "a", .around = around};
	struct error err = {.fault = FAULT_NONE};

	if (around == NULL ||
	    surroundings_set(around, "GITLAB_CI", "true") == -1 ||
	    surroundings_set(around, "AWS_ID_TOKEN",
		"e30.eyJhdWQiOiJiIn0.c2ln") == -1 ||
	    surroundings_set(around, "ID_TOKEN",
		"e30.eyJhdWQiOiJhIn0.c2ln") == -1 ||
	    identity_named("gitlab")->run(&mint, &token, &err) == -1)
		return false;
	snprintf(result, STARVE_RESULT, "%s", secret_bytes(token));
	return true;
}

/* A job whose only token is for others, and how it is told. */
static bool
no_jobs(char result[STARVE_RESULT])
{
	scoped(surroundings) struct surroundings *around = surroundings_new();
	scoped(secret) struct secret *token = NULL;
	const struct identity_mint mint = {.audience = "a", .around = around};
	struct error err = {.fault = FAULT_NONE};

	if (around == NULL ||
	    surroundings_set(around, "GITLAB_CI", "true") == -1 ||
	    surroundings_set(
		around, "ID_TOKEN", "e30.eyJhdWQiOiJiIn0.c2ln") == -1)
		return false;
	if (identity_named("gitlab")->run(&mint, &token, &err) == 0 ||
	    err.fault == FAULT_NONE)
		strcpy(result, "no reason");
	else
		snprintf(result, STARVE_RESULT, "%s", err.text);
	return err.fault == FAULT_NONE || err.fault == FAULT_IDENTITY;
}

/* A record, sealed. */
static bool
records(char result[STARVE_RESULT])
{
	struct event_head head = {.source = "s", .id = "i", .type = "mint"};
	struct buffer line = BUFFER(SEAL_LINE_MAX);
	struct event event;
	struct head chain;
	const char *json;
	bool done;

	head_start(&chain);
	event_start(&event, &head);
	event_text(&event, "why", "because");
	json = event_end(&event);
	done = json != NULL && seal(&chain, json, NULL, &line) == 0;
	snprintf(result, STARVE_RESULT, "%lld %d", (long long)chain.sequence,
	    strncmp(buffer_text(&line), EVENT_BEGINS, 20));
	event_free(&event);
	buffer_free(&line);
	return done;
}

static const struct scenario scenarios[] = {
    {"a record", NULL, records, NULL},
    {"settings", NULL, settings, NULL},
    {"a buffer", NULL, buffers, NULL},
    {"secrets", NULL, secrets, NULL},
    {"an id token", NULL, tokens, NULL},
    {"a job's tokens", NULL, jobs, NULL},
    {"a job without the one token", NULL, no_jobs, NULL},
    {"a document", NULL, documents, NULL},
    {"a configuration", make_rows, configuration, free_rows},
    {"configuration files", make_files, outlines, free_files},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		starve(&scenarios[i]);
	return tap_done();
}
