/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "helpers/daypass/setup_diff.h"
#include "helpers/daypass/setup_mask.h"
#include "helpers/daypass/setup_memory.h"
#include "helpers/daypass/setup_tools.h"
#include "helpers/daypass/setup_wanted.h"
#include "rows.h"
#include "starve.h"
#include "tap.h"

/*
 * daypass setup over real files while memory runs out: it says so, and each
 * file is as it was; or it is done, and each is as it should be.
 */
#define AUDIENCE                                                    \
	"//iam.googleapis.com/projects/1/locations/global/workload" \
	"IdentityPools/p/providers/w"

static const char sections[] =
    "[credential \"dev\"]\nexchange = aws-web-identity\n"
    "role = arn:aws:iam::123456789012:role/dev\n"
    "[credential \"gcp\"]\nexchange = gcp-federation\n"
    "audience = " AUDIENCE "\n"
    "[credential \"ci\"]\nexchange = gcp-service-account\nfrom = gcp\n"
    "service-account = ci@acme.iam.gserviceaccount.com\n"
    "[git \"https://git.example.com/acme/web\"]\ncredential = id-token\n"
    "[docker \"ghcr.io\"]\ncredential = id-token\n"
    "[docker \"*.dkr.ecr.eu-west-1.amazonaws.com\"]\ncredential = dev\n"
    "[aws \"dev\"]\ncredential = dev\n"
    "[aws \"prod\"]\ncredential = dev\n";

static char home[] = "/tmp/daypass-starve-XXXXXX";

/* What is there before (NULL: it is not), and behind it. */
static struct file {
	const char *name, *old;
	char *new;
} files[] = {
    {".gitconfig",
	"[user]\n\tname = Ada\n[credential \"https://*.example.com\"]\n"
	"\thelper = store",
	NULL},
    {".docker/config.json",
	"{\n\t\"auths\": {\"ghcr.io\": {}},\n\t\"credsStore\": \"pass\"\n}\n",
	NULL},
    {".aws/config", "[profile \"dev\"]\n  region = eu-west-1\n", NULL},
    {".config/gcloud/active_config", NULL, NULL},
    {".config/gcloud/configurations/config_default", NULL, NULL},
    {".config/daypass/config", "[http]\n\ttimeout = 9s\n", NULL},
    {".config/daypass/gcloud-gcp.json", NULL, NULL},
    {".config/daypass/gcloud-ci.json", NULL, NULL},
    {".config/containers/registries.conf.d/zz-daypass.conf", NULL, NULL},
    {".config/containers/registries.conf", "[[registry]]\n", NULL},
    {"state", NULL, NULL},
};
#define FILES (sizeof(files) / sizeof(files[0]))

static const char *const folders[] = {".docker", ".aws", ".config/daypass",
    ".config/containers/registries.conf.d", ".config/containers", ".config",
    "bin", ""};

/* Found on PATH: they are asked for there, and not started. */
static const char *const programs[] = {
    "bin/skopeo", "bin/docker-credential-daypass"};

static const struct setup_tool *const tools[] = {
    &setup_tool_git, &setup_tool_docker, &setup_tool_aws, &setup_tool_gcloud};

static struct config *config;
static char state[128];

/* Nothing is installed where a test runs. */
int
__wrap_setup_wanted_program(
    const char *name, char *path, size_t size, struct error *err);

int
__wrap_setup_wanted_program(
    const char *name, char *path, size_t size, struct error *err)
{
	(void)err;
	snprintf(path, size, "/opt/daypass/bin/%s", name);
	return 0;
}

static const char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	return path;
}

static void
put_file(const char *name, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s", path_of(name));
	unlink(path);
	if (text == NULL)
		return;
	for (char *c = path + strlen(home) + 1; (c = strchr(c, '/')); c++) {
		*c = '\0';
		mkdir(path, 0700);
		*c = '/';
	}
	out = fopen(path, "we");
	if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0)
		exit(99);
}

/* All files as they were, or as they are to be. */
static void
put(bool new)
{
	for (size_t i = 0; i < FILES; i++)
		put_file(files[i].name, new ? files[i].new : files[i].old);
	if (new)
		return;
	rmdir(path_of(".config/gcloud/configurations"));
	rmdir(path_of(".config/gcloud"));
	rmdir(path_of(".config/containers/registries.conf.d"));
}

/* What a file holds; NULL where there is none. */
static const char *
read_file(const char *name)
{
	static char text[8192];
	FILE *in = fopen(path_of(name), "re");

	if (in == NULL)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

/* But for what is remembered, which may be more than there is. */
static bool
are(bool new)
{
	for (size_t i = 0; i < FILES; i++) {
		const char *wanted = new ? files[i].new : files[i].old;
		const char *got = read_file(files[i].name);

		if (strcmp(files[i].name, "state") != 0 &&
		    ((got == NULL) != (wanted == NULL) ||
			(got != NULL && strcmp(got, wanted) != 0)))
			return false;
	}
	return true;
}

static int
work_out(struct setup_plan *plan, bool undo, struct error *err)
{
	if (setup_memory_read(state, plan, err) == -1)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		plan->tool = tools[i]->word;
		plan->ini = tools[i]->ini;
		if ((undo ? setup_plan_undo(plan, plan->tool, err)
			  : tools[i]->plan(plan, config, err)) == -1)
			return -1;
	}
	return setup_plan_settle(plan, err);
}

static bool
work(bool undo, char result[STARVE_RESULT])
{
	scoped(setup_plan) struct setup_plan plan = {.tool = NULL};
	struct error err = {.fault = FAULT_NONE};
	bool done = work_out(&plan, undo, &err) == 0 &&
		    setup_plan_commit(&plan, state, &err) == 0;

	if (!done && strstr(err.text, "emory") == NULL)
		snprintf(result, STARVE_RESULT, "%s", err.text);
	else
		snprintf(result, STARVE_RESULT, "%s",
		    are(undo != done) ? "whole" : "not whole");
	return done || strcmp(result, "whole") != 0;
}

static bool
go(char result[STARVE_RESULT])
{
	put(false);
	return work(false, result);
}

static bool
come_back(char result[STARVE_RESULT])
{
	put(true);
	return work(true, result);
}

static void
prepare(void)
{
	char result[STARVE_RESULT];

	if ((config = rows_config(NULL, sections)) == NULL)
		exit(99);
	put(false);
	work(false, result);
	for (size_t i = 0; i < FILES; i++) {
		const char *text = read_file(files[i].name);

		if (text == NULL)
			exit(99);
		files[i].new = strdup(text);
	}
}

static void
finish(void)
{
	config_free(config);
	put(false);
	for (size_t i = 0; i < FILES; i++) {
		free(files[i].new);
		files[i].new = NULL;
	}
}

/* What a person is shown of it. */
static bool
show(char result[STARVE_RESULT])
{
	static const char json[] = "{\"auths\":{\"a\":{\"auth\":\"eDp5\"}}}";
	scoped(setup_text) struct setup_text text = {.bytes = NULL};
	scoped(buffer) struct buffer masked = BUFFER(2000);
	scoped(buffer) struct buffer diff = BUFFER(2000);
	struct error err;

	if (setup_text_splice(&text, 0, 0, json, strlen(json), &err) == -1)
		return false;
	setup_mask_json(&masked, &text);
	if (buffer_failed(&masked) ||
	    setup_diff(&diff, "a", json, "b", buffer_text(&masked)) == -1)
		return false;
	snprintf(result, STARVE_RESULT, "%s", buffer_text(&diff));
	return true;
}

static const struct scenario scenarios[] = {
    {"setup", prepare, go, finish},
    {"undo", prepare, come_back, finish},
    {"a diff", NULL, show, NULL},
};

int
main(void)
{
	if (mkdtemp(home) == NULL || clearenv() != 0 ||
	    setenv("HOME", home, 1) == -1)
		return 99;
	snprintf(state, sizeof(state), "%s/state", home);
	for (size_t i = 0; i < 2; i++) {
		put_file(programs[i], "");
		if (chmod(path_of(programs[i]), 0755) == -1)
			return 99;
	}
	if (setenv("PATH", path_of("bin"), 1) == -1)
		return 99;
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		starve(&scenarios[i]);
	for (size_t i = 0; i < FILES; i++)
		put_file(files[i].name, NULL);
	for (size_t i = 0; i < 2; i++)
		put_file(programs[i], NULL);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		rmdir(path_of(folders[i]));
	return tap_done();
}
