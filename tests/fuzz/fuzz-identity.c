/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>
#include <sys/socket.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "identity/identity.h"
#include "stranger.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
ignore(struct identity_trace *trace, const char *what)
{
	(void)trace;
	if (what == NULL)
		abort();
}

/* What a request is allowed by. */
#define ACCESS "r3quest0123456789abcdef"

/* The job or machine in which each of them works. */
static const char *const jobs[][2] = {
    {"ACTIONS_ID_TOKEN_REQUEST_URL", "https://u.example/?a=b"},
    {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", ACCESS},
    {"BUILDKITE_AGENT_ACCESS_TOKEN", ACCESS},
    {"BUILDKITE_JOB_ID", "j/../k"},
    {"GCE_METADATA_HOST", "127.0.0.1"},
    {"GITLAB_CI", "true"},
    {"SYSTEM_ACCESSTOKEN", ACCESS},
    {"SYSTEM_OIDCREQUESTURI", "https://u.example/oidctoken"},
};

/* Where the tokens of jobs are. */
static const char *const tokens[] = {"BITBUCKET_STEP_OIDC_TOKEN", "ID_TOKEN",
    "SEMAPHORE_OIDC_TOKEN", "SPACELIFT_OIDC_TOKEN",
    "TFC_WORKLOAD_IDENTITY_TOKEN", "TOKEN", "VERCEL_OIDC_TOKEN"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What an identity is told by its settings and its surroundings: the line to
 * all that takes text, the file to all that takes a file. */
static void
prepare(struct settings *settings, struct surroundings *around,
    const char *line, const char *file)
{
	static char socket_path[64];
	static int ends[2] = {-1, -1};

	if (ends[0] == -1 &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0)
		snprintf(socket_path, sizeof(socket_path), "/proc/self/fd/%d",
		    ends[0]);
	settings_set(settings, "command", line);
	settings_set(settings, "file", file);
	settings_set(settings, "socket", socket_path);
	surroundings_set(around, "AWS_WEB_IDENTITY_TOKEN_FILE", file);
	for (size_t i = 0; i < COUNT(jobs); i++)
		surroundings_set(around, jobs[i][0], jobs[i][1]);
	for (size_t i = 0; i < COUNT(tokens); i++)
		surroundings_set(around, tokens[i], line);
}

/* One word that a header can hold, and that the agent takes. */
static void
check_token(const struct secret *token)
{
	size_t length = token == NULL ? 0 : secret_length(token);

	if (length == 0 || length > IDENTITY_TOKEN_MAX)
		abort();
	for (const char *c = secret_bytes(token); length > 0; c++, length--)
		if (*c <= ' ' || *c > '~')
			abort();
}

static bool
sends_access(const struct identity *identity)
{
	const char *const *name = identity->variables;

	for (; name != NULL && *name != NULL; name++)
		for (size_t i = 0; i < COUNT(jobs); i++)
			if (strcmp(*name, jobs[i][0]) == 0 &&
			    strcmp(jobs[i][1], ACCESS) == 0)
				return true;
	return false;
}

static void
run(const struct identity *identity, const char *line, const char *file)
{
	scoped(settings) struct settings *settings = settings_new();
	scoped(surroundings) struct surroundings *around = surroundings_new();
	scoped(secret) struct secret *token = NULL;
	struct http http = {.deadline = clock_ms() + 10000};
	const struct identity_mint mint = {
	    .audience = "aud", settings, around, &http};
	struct identity_trace trace = {ignore};
	char reason[IDENTITY_REASON_MAX];
	struct error err = {.fault = FAULT_NONE};

	prepare(settings, around, line, file);
	if (strcmp(identity->name, "env") == 0)
		settings_set(settings, "variable", "TOKEN");
	if (identity->here != NULL)
		identity->here(around, reason, sizeof(reason));
	if (identity->trace != NULL &&
	    identity->trace(settings, around, &trace, &err) == -1) {
		stranger_check(&err);
		return;
	}
	if (identity->runs_program)
		return;
	if (identity->run(&mint, &token, &err) == 0) {
		check_token(token);
		return;
	}
	stranger_check(&err);
	if (sends_access(identity) && strstr(err.text, ACCESS) != NULL)
		abort();
}

/* "NAME", or "NAME STATUS TYPE" of the reply. */
static const struct identity *
read_head(char *head, int *status, const char **type)
{
	char *space = strchr(head, ' '), *end;

	*status = 200;
	*type = "application/json";
	if (space != NULL) {
		*space = '\0';
		*status = (int)strtol(space + 1, &end, 10);
		*type = *end == ' ' ? end + 1 : "";
	}
	return identity_named(head);
}

/* First the identity's name and a setting, a line each; then the bytes of the
 * reply, or of the file. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char head[96], line[4096], file[64];
	const struct identity *identity;
	const char *type;
	int fd, status;

	if (!stranger_line(&bytes, &length, head, sizeof(head)) ||
	    !stranger_line(&bytes, &length, line, sizeof(line)) ||
	    (identity = read_head(head, &status, &type)) == NULL)
		return 0;
	if ((fd = memfd_create("token", MFD_CLOEXEC)) == -1)
		return 0;
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	stranger_says(status, type, bytes, length);
	if (write(fd, bytes, length) == (ssize_t)length)
		run(identity, line, file);
	close(fd);
	return 0;
}
