/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

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

/* What an identity is told by its settings and its surroundings: the line to
 * all that takes text, the file to all that takes a file. */
static void
prepare(struct settings *settings, struct surroundings *around,
    const char *line, const char *file)
{
	settings_set(settings, "command", line);
	settings_set(settings, "variable", "TOKEN");
	settings_set(settings, "file", file);
	surroundings_set(around, "TOKEN", line);
	surroundings_set(around, "AWS_WEB_IDENTITY_TOKEN_FILE", file);
	surroundings_set(
	    around, "ACTIONS_ID_TOKEN_REQUEST_URL", "https://u.example/?a=b");
	surroundings_set(around, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t");
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
	if (identity->here != NULL)
		identity->here(around, reason, sizeof(reason));
	if (identity->trace != NULL &&
	    identity->trace(settings, around, &trace, &err) == -1) {
		stranger_check(&err);
		return;
	}
	if (identity->runs_program)
		return;
	if (identity->run(&mint, &token, &err) == -1)
		stranger_check(&err);
	else if (token == NULL || secret_length(token) == 0)
		abort();
}

/* First the identity's name and a setting, a line each; then the bytes of the
 * reply, or of the file. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char name[32], line[4096], file[64];
	const struct identity *identity;
	int fd;

	if (!stranger_line(&bytes, &length, name, sizeof(name)) ||
	    !stranger_line(&bytes, &length, line, sizeof(line)) ||
	    (identity = identity_named(name)) == NULL)
		return 0;
	if ((fd = memfd_create("token", MFD_CLOEXEC)) == -1)
		return 0;
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	stranger_says(200, "application/json", bytes, length);
	if (write(fd, bytes, length) == (ssize_t)length)
		run(identity, line, file);
	close(fd);
	return 0;
}
