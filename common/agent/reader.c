/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/reader.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/dirs.h"

/* More than a megabyte of configuration in each of a dozen includes is a
 * mistake, not a configuration. */
#define ROWS_MAX (16 * 1024 * 1024)
#define PATIENCE_MS 5000
#define AGAIN_MAX 3

struct reader {
	struct loop *loop;
	char user[DIRS_PATH_MAX];
	bool named;
	struct config *config;
	struct link waiting;
	void (*changed)(void *arg);
	void *arg;
	/* a reading in progress */
	pid_t pid;
	int output;
	struct watch *watch;
	struct child_watch *child;
	struct timer *timer;
	struct buffer rows;
	unsigned again; /* readings in a row, for a file that changes */
};

void
reading_cancel(struct reading *reading)
{
	list_remove(&reading->link);
}

static void
tell(struct reader *reader, const struct error *err)
{
	while (!list_empty(&reader->waiting)) {
		struct reading *reading =
		    list_item(reader->waiting.next, struct reading, link);

		list_remove(&reading->link);
		reading->done(
		    reading, err == NULL ? reader->config : NULL, err);
	}
}

static void
stop_reading(struct reader *reader)
{
	watch_free(reader->watch);
	child_watch_free(reader->child);
	timer_free(reader->timer);
	if (reader->output != -1)
		close(reader->output);
	reader->watch = NULL;
	reader->child = NULL;
	reader->timer = NULL;
	reader->output = -1;
	reader->pid = 0;
}

static int
take_rows(struct reader *reader, struct error *err)
{
	struct config *config;

	if (buffer_failed(&reader->rows))
		return error_set(
		    err, FAULT_CONFIG, "the configuration is too large");
	if (config_read(buffer_text(&reader->rows), reader->rows.length,
		&config, err) == -1)
		return -1;
	config_free(reader->config);
	reader->config = config;
	return 0;
}

static void
drain(struct reader *reader)
{
	char bytes[16384];
	ssize_t got;

	while ((got = read(reader->output, bytes, sizeof(bytes))) > 0)
		buffer_add(&reader->rows, bytes, (size_t)got);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	watch_free(reader->watch);
	reader->watch = NULL;
}

static int
start_reading(struct reader *reader, struct error *err);

/* A file may have changed while it was read, and who waits may have changed
 * it: those want what it says now. One that changes all the time is taken as
 * it was read last. */
static bool
begun_again(struct reader *reader)
{
	if (!list_empty(&reader->waiting) && reader->again < AGAIN_MAX &&
	    config_changed(reader->config)) {
		reader->again++;
		if (start_reading(reader, NULL) == 0)
			return true;
		stop_reading(reader);
	}
	reader->again = 0;
	return false;
}

static void
conclude(struct reader *reader, struct error *err)
{
	stop_reading(reader);
	buffer_free(&reader->rows);
	if (err != NULL)
		error_at(err, STAGE_CONFIG);
	else if (reader->changed != NULL)
		reader->changed(reader->arg);
	if (err == NULL && begun_again(reader))
		return;
	tell(reader, err);
}

/* The rows say themselves when they are all: then nobody waits for the end of
 * the program, which takes as long as all that we do with them. */
static void
output_ready(void *arg, uint32_t events)
{
	struct reader *reader = arg;

	(void)events;
	drain(reader);
	if (reader->watch == NULL && take_rows(reader, NULL) == 0)
		conclude(reader, NULL);
}

static void
exited(void *arg, int status)
{
	struct reader *reader = arg;
	struct error err = {.fault = FAULT_NONE};
	int result;

	reader->child = NULL;
	if (reader->watch != NULL)
		drain(reader);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		result = error_set(&err, FAULT_SYSTEM,
		    "daypass-config failed (wait status %d)", status);
	else
		result = take_rows(reader, &err);
	conclude(reader, result == -1 ? &err : NULL);
}

static void
too_late(void *arg)
{
	struct reader *reader = arg;

	reader->timer = NULL;
	kill(reader->pid, SIGKILL);
}

static int
follow(
    struct reader *reader, const struct config_child *child, struct error *err)
{
	reader->pid = child->pid;
	reader->output = child->output;
	fcntl(reader->output, F_SETFL,
	    fcntl(reader->output, F_GETFL) | O_NONBLOCK);
	reader->watch = loop_watch(
	    reader->loop, reader->output, EPOLLIN, output_ready, reader, err);
	reader->child = loop_child(reader->loop, reader->pid, exited, reader);
	reader->timer = loop_timer(
	    reader->loop, clock_ms() + PATIENCE_MS, too_late, reader);
	if (reader->watch == NULL || reader->child == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	return 0;
}

static int
start_reading(struct reader *reader, struct error *err)
{
	char program[DIRS_PATH_MAX];
	struct config_child child;

	if (dirs_program("daypass-config", program, sizeof(program), err) == -1)
		return -1;
	if (config_child_start(
		&child, program, environ, reader->user, reader->named) == -1)
		return error_errno(err, "cannot start daypass-config");
	return follow(reader, &child, err);
}

struct reader *
reader_new(struct loop *loop, const char *user, bool named,
    const struct config_child *begun, struct error *err)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int result;

	if (reader == NULL) {
		error_errno(err, "no memory for the configuration");
		return NULL;
	}
	reader->loop = loop;
	reader->output = -1;
	reader->named = named;
	reader->rows = BUFFER(ROWS_MAX);
	strcpy(reader->user, user);
	list_init(&reader->waiting);
	result = begun->output != -1 ? follow(reader, begun, err)
				     : start_reading(reader, err);
	if (result == -1) {
		reader_free(reader);
		return NULL;
	}
	return reader;
}

void
reader_free(struct reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->pid > 0)
		kill(reader->pid, SIGKILL);
	stop_reading(reader);
	buffer_free(&reader->rows);
	config_free(reader->config);
	free(reader);
}

void
reader_on_change(struct reader *reader, void (*changed)(void *arg), void *arg)
{
	reader->changed = changed;
	reader->arg = arg;
}

void
reader_current(struct reader *reader, struct reading *reading)
{
	struct error err;

	if (reader->pid == 0 && reader->config != NULL &&
	    !config_changed(reader->config)) {
		reading->done(reading, reader->config, NULL);
		return;
	}
	if (reader->pid == 0 && start_reading(reader, &err) == -1) {
		stop_reading(reader);
		error_at(&err, STAGE_CONFIG);
		reading->done(reading, NULL, &err);
		return;
	}
	list_append(&reader->waiting, &reading->link);
}

const struct config *
reader_last(const struct reader *reader)
{
	return reader->config;
}

const char *
reader_path(const struct reader *reader)
{
	return reader->user;
}
