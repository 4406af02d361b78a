/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/dirs.h"
#include "base/http.h"
#include "base/text.h"
#include "helpers/callout/fetch.h"

#define GRACE_MS 1000
#define VARIABLES_MAX 24

struct fetch {
	struct loop *loop;
	pid_t pid;
	int output;
	struct watch *watch;
	struct child_watch *child;
	struct timer *timer;
	bool late;
	struct buffer said;
	fetch_done *done;
	void *arg;
};

void
fetch_free(struct fetch *fetch)
{
	if (fetch == NULL)
		return;
	/* The loop reaps what nobody watches. */
	if (fetch->child != NULL)
		kill(fetch->pid, SIGKILL);
	watch_free(fetch->watch);
	child_watch_free(fetch->child);
	timer_free(fetch->timer);
	if (fetch->output != -1)
		close(fetch->output);
	buffer_free(&fetch->said);
	free(fetch);
}

static void
drain(struct fetch *fetch)
{
	char bytes[16384];
	ssize_t got;

	while ((got = read(fetch->output, bytes, sizeof(bytes))) > 0)
		buffer_add(&fetch->said, bytes, (size_t)got);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	watch_free(fetch->watch);
	fetch->watch = NULL;
}

static void
output_ready(void *arg, uint32_t events)
{
	(void)events;
	drain(arg);
}

/* What it prints is the keys, or why there are none. */
static struct jwks *
judge(const struct fetch *fetch, int status, struct error *err)
{
	char said[512];

	if (fetch->late)
		error_set(err, FAULT_NETWORK, "no answer in time");
	else if (buffer_failed(&fetch->said))
		error_set(err, FAULT_REFUSED, "too many keys");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return jwks_read(
		    buffer_text(&fetch->said), fetch->said.length, err);
	else if (fetch->said.length > 0)
		error_set(err, FAULT_NETWORK, "%s",
		    text_printable(said, sizeof(said), fetch->said.bytes,
			fetch->said.length));
	else
		error_set(err, FAULT_SYSTEM,
		    "daypass-keys failed (wait status %d)", status);
	return NULL;
}

static void
exited(void *arg, int status)
{
	struct fetch *fetch = arg;
	struct error err = {.fault = FAULT_NONE};
	struct jwks *jwks;
	fetch_done *done = fetch->done;

	fetch->child = NULL;
	if (fetch->watch != NULL)
		drain(fetch);
	jwks = judge(fetch, status, &err);
	arg = fetch->arg;
	fetch_free(fetch);
	done(arg, jwks, &err);
}

static void
too_late(void *arg)
{
	struct fetch *fetch = arg;

	fetch->timer = NULL;
	fetch->late = true;
	kill(fetch->pid, SIGKILL);
}

/* Where the network is and whom to trust; not what our own environment may
 * hold in keys. */
static void
choose_environment(const char *chosen[VARIABLES_MAX])
{
	static const char *const names[] = {
	    "http_proxy=", "https_proxy=", "HTTPS_PROXY=", "all_proxy=",
	    "ALL_PROXY=", "no_proxy=", "NO_PROXY=", "SSL_CERT_FILE=",
	    "SSL_CERT_DIR=", "CURL_CA_BUNDLE=", NULL};
	const char *const *lists[] = {names, compat_sanitizer_variables};
	size_t count = 0;

	for (char **variable = environ; *variable != NULL; variable++)
		for (int list = 0; list < 2; list++)
			for (int i = 0; lists[list][i] != NULL; i++)
				if (text_starts(*variable, lists[list][i]) &&
				    count + 1 < VARIABLES_MAX)
					chosen[count++] = *variable;
	chosen[count] = NULL;
}

static int
spawn(struct fetch *fetch, const char *program, const char *const *argv,
    int output, struct error *err)
{
	const char *environment[VARIABLES_MAX];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int failed;

	choose_environment(environment);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	failed = posix_spawn(&fetch->pid, program, &actions, &attributes,
	    (char *const *)argv, (char *const *)environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (failed == 0)
		return 0;
	errno = failed;
	return error_errno(err, "cannot run '%.300s'", program);
}

static int
run(struct fetch *fetch, const struct issuer_rule *rule, struct error *err)
{
	char program[DIRS_PATH_MAX];
	const char *argv[] = {"daypass-keys", "--issuer", rule->url,
	    rule->ca_file == NULL ? NULL : "--ca-file", rule->ca_file, NULL};
	scoped(fd) int output = -1;
	int pipes[2], result;

	if (dirs_program("daypass-keys", program, sizeof(program), err) == -1)
		return -1;
	if (pipe2(pipes, O_CLOEXEC) == -1)
		return error_errno(err, "no pipe");
	fetch->output = pipes[0];
	output = pipes[1];
	fcntl(fetch->output, F_SETFL, O_NONBLOCK);
	result = spawn(fetch, program, argv, output, err);
	return result;
}

static int
watch(struct fetch *fetch, struct error *err)
{
	fetch->child = loop_child(fetch->loop, fetch->pid, exited, fetch);
	fetch->timer = loop_timer(
	    fetch->loop, clock_ms() + FETCH_MS + GRACE_MS, too_late, fetch);
	fetch->watch = loop_watch(
	    fetch->loop, fetch->output, EPOLLIN, output_ready, fetch, err);
	if (fetch->child != NULL && fetch->timer != NULL &&
	    fetch->watch != NULL)
		return 0;
	kill(fetch->pid, SIGKILL);
	return error_set(err, FAULT_SYSTEM, "no memory");
}

struct fetch *
fetch_start(struct loop *loop, const struct issuer_rule *rule, fetch_done *done,
    void *arg, struct error *err)
{
	struct fetch *fetch = calloc(1, sizeof(*fetch));

	if (fetch == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	*fetch = (struct fetch){.loop = loop,
	    .output = -1,
	    .said = BUFFER(HTTP_REPLY_MAX),
	    .done = done,
	    .arg = arg};
	if (run(fetch, rule, err) == 0 && watch(fetch, err) == 0)
		return fetch;
	fetch_free(fetch);
	return NULL;
}
