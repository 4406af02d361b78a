/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/approvals.h"
#include "agent/asker.h"
#include "agent/audit.h"
#include "agent/ending.h"
#include "agent/flight.h"
#include "agent/keeper.h"
#include "agent/ledger.h"
#include "agent/listener.h"
#include "agent/log.h"
#include "agent/login.h"
#include "agent/network.h"
#include "agent/reader.h"
#include "agent/recall.h"
#include "agent/rest.h"
#include "agent/sessions.h"
#include "agent/upkeep.h"
#include "agent/vault.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/digest.h"
#include "base/dirs.h"
#include "base/options.h"
#include "base/shortfall.h"
#include "base/text.h"
#include "wire/hold.h"
#include "wire/lock.h"
#include "wire/origin.h"
#include "wire/socket.h"

#define PATIENCE_MS 5000

static const char *ready_fd;
static const char *once_fd;
static const char *config_fd;
static const char *config_pid;
static bool foreground;

static const struct option_row rows[] = {
    {"foreground", NULL, "stay on the terminal", NULL, &foreground},
    {"ready-fd", "N", "tell descriptor N when it listens (for helpers)",
	&ready_fd, NULL},
    {"once", "N", "serve the one request on descriptor N (for helpers)",
	&once_fd, NULL},
    {"config-fd", "N", "the configuration's rows arrive there (for helpers)",
	&config_fd, NULL},
    {"config-pid", "PID", "and are our child PID's (for helpers)", &config_pid,
	NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static const struct command command = {"daypass-agent", "[--foreground]",
    "Keeps a session's credentials in memory and mints them. Helpers start it.",
    rows};

/* No core, no tracing by others of our uid: what is in here stays in here. */
static void
protect(void)
{
	struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) == -1)
		shortfall_note(SHORTFALL_CORE);
	if (compat_conceal() == -1)
		shortfall_note(SHORTFALL_CONCEAL);
}

static void
name_session(struct agent *agent)
{
	unsigned char random[16];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		memset(random, 0, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(agent->session + 2 * i, 3, "%02x", random[i]);
	agent->since = clock_unix();
	agent->last_asked = clock_ms();
}

static void
on_signal(void *arg)
{
	ending_begin(arg, NULL);
}

static int
descriptor(const char *text)
{
	int fd = text == NULL ? -1 : (int)text_number(text, INT_MAX);

	if (fd != -1)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* The reading that was begun before we were; output -1: there is none. */
static struct config_child
begun(void)
{
	struct config_child child = {.output = descriptor(config_fd)};
	siginfo_t info;
	int64_t pid;

	pid = config_pid == NULL ? -1 : text_number(config_pid, INT_MAX);
	child.pid = pid > 0 ? (pid_t)pid : -1;
	if (pid <= 0 ||
	    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == -1)
		child.output = -1; /* no child of ours */
	return child;
}

/* The configuration is read by another process while this one goes on. */
static int
make_parts(struct agent *agent, struct error *err)
{
	struct config_child reading = begun();
	char config[DIRS_PATH_MAX];
	bool named;

	/* as the helpers write it: absolute */
	if (origin_config(config, sizeof(config), &named) == -1)
		config[0] = '\0';
	if ((agent->loop = loop_new(err)) == NULL ||
	    (agent->reader = reader_new(
		 agent->loop, config, named, &reading, err)) == NULL)
		return -1;
	agent->vault = vault_new();
	agent->flights = flights_new();
	agent->rests = rests_new();
	agent->ledger = ledger_new();
	agent->recall = recall_new(agent);
	agent->sessions = sessions_new(agent);
	agent->approvals = approvals_new(agent);
	agent->audit = audit_new(agent);
	agent->network = network_new(agent->loop, agent->reader);
	agent->keeper = keeper_new(agent);
	if (agent->keeper == NULL || agent->network == NULL ||
	    agent->vault == NULL || agent->flights == NULL ||
	    agent->rests == NULL || agent->recall == NULL ||
	    agent->sessions == NULL || agent->approvals == NULL ||
	    agent->audit == NULL ||
	    agent->ledger == NULL)
		return error_errno(err, "no memory for a session");
	loop_on_signal(agent->loop, on_signal, agent);
	return 0;
}

static void
free_parts(struct agent *agent)
{
	askers_drop(agent);
	if (agent->audit != NULL)
		audit_finish(agent->audit);
	listener_free(agent->listener);
	login_forget(agent);
	flights_free(agent->flights);
	keeper_free(agent->keeper);
	ending_free(agent->ending);
	approvals_free(agent->approvals);
	sessions_free(agent->sessions);
	recall_free(agent->recall);
	audit_free(agent->audit);
	ledger_free(agent->ledger);
	vault_free(agent->vault);
	rests_free(agent->rests);
	reader_free(agent->reader);
	network_free(agent->network);
	log_free(agent->log);
	watch_free(agent->leader_watch);
	if (agent->leader != -1)
		close(agent->leader);
	loop_free(agent->loop);
}

/* One byte 0 for "listening", or the text of the error. */
static void
tell_starter(int fd, const struct error *err)
{
	const char *text = err->fault == FAULT_NONE ? "" : err->text;
	size_t length = err->fault == FAULT_NONE ? 1 : strlen(text);

	if (fd == -1)
		return;
	if (write(fd, text, length) == -1)
		_exit(1); /* nobody waits for us any more */
	close(fd);
}

static int
open_for_business(struct agent *agent, int once, struct error *err)
{
	if (once == -1) {
		agent->listener = listener_new(agent, err);
		if (agent->listener == NULL)
			return -1;
		sessions_restore(
		    agent->sessions, listener_directory(agent->listener));
		return 0;
	}
	agent->once = true;
	fcntl(once, F_SETFL, fcntl(once, F_GETFL) | O_NONBLOCK);
	return 0;
}

/* A helper that starts us has seen to it that there is no other agent, and
 * that none is unwanted; by hand that is on us. Gives a lock to hold until the
 * socket is bound. */
static int
be_the_only_one(struct error *err)
{
	scoped(fd) int directory = dirs_open_runtime(true, err);
	scoped(fd) int lock = -1, other = -1;

	if (directory == -1 || hold_check(directory, err) == -1 ||
	    (lock = lock_take(
		 directory, "agent.lock", clock_ms() + PATIENCE_MS, err)) == -1)
		return -1;
	other = socket_connect(directory, PATIENCE_MS, err);
	if (other != -1)
		return error_set(
		    err, FAULT_SYSTEM, "an agent is running already");
	if (err->fault != FAULT_NONE)
		return -1;
	return fcntl(lock, F_DUPFD_CLOEXEC, 0);
}

/* OpenSSL's start, which the first key of a road would wait for, while we wait
 * for the configuration. */
static void
warm_digests(void)
{
	unsigned char digest[DIGEST_SIZE];

	digest_finish(digest_start(), digest);
}

static int
serve(struct agent *agent, int ready, int once, struct error *err)
{
	scoped(fd) int lock = -1;
	int result = make_parts(agent, err);

	if (result == 0 && foreground)
		result = lock = be_the_only_one(err);
	if (result != -1)
		result = open_for_business(agent, once, err);
	if (lock != -1) {
		close(lock);
		lock = -1;
	}
	tell_starter(ready, err);
	if (result == -1)
		return -1;
	warm_digests();
	upkeep_start(agent);
	if (once != -1)
		asker_start(agent, once);
	return loop_run(agent->loop);
}

int
main(int argc, char **argv)
{
	struct agent agent = {.leader = -1};
	struct error err = {.fault = FAULT_NONE};
	int result;

	switch (options_read(&command, &argc, argv, false, &err)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		fprintf(stderr, "daypass-agent: %s\n", err.text);
		return fault_exit(FAULT_USAGE);
	case OPTIONS_RUN:
		break;
	}
	if (ready_fd == NULL && once_fd == NULL && !foreground) {
		fprintf(stderr, "daypass-agent: helpers start it; by hand it "
				"wants --foreground\n");
		return fault_exit(FAULT_USAGE);
	}
	agent.foreground = foreground;
	protect();
	umask(077);
	name_session(&agent);
	result = serve(&agent, descriptor(ready_fd), descriptor(once_fd), &err);
	if (result == -1)
		fprintf(stderr, "daypass-agent: %s\n", err.text);
	free_parts(&agent);
	return result == -1 ? fault_exit(err.fault) : result;
}
