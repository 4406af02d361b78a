/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dirs.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/run_session.h"
#include "wire/client.h"
#include "wire/origin.h"
#include "wire/socket.h"
#include "wire/start.h"

#define PATIENCE_MS 10000

/* What the agent says of its own end (common/agent/sessions.c). */
#define AGENT_ENDED "the agent has ended"

static struct client client; /* large */

int
run_session_open(struct run_session *session, struct error *err)
{
	const char *id;

	client_start(&client, "session");
	writing_add(&client.writing, "name", session->name);
	if (session->reason != NULL)
		writing_add(&client.writing, "reason", session->reason);
	if (session->ttl != 0)
		writing_number(&client.writing, "ttl", session->ttl);
	if (session->advisory)
		writing_add(&client.writing, "advisory", "1");
	if (session->sealed) {
		writing_add(&client.writing, "sealed", "1");
		origin_write_wanted(&client.writing, session->named);
	}
	client.quiet = true;
	if (client_answer(&client, err) == -1)
		return -1;
	id = message_get(&client.message, "session");
	if (id == NULL || text_copy(session->id, sizeof(session->id), id) == -1)
		return error_set(err, FAULT_SYSTEM, "agent: opened no session");
	return 0;
}

static int
connect_to_agent(bool start, struct error *err)
{
	scoped(fd) int directory = -1;
	int fd = -1;

	err->fault = FAULT_NONE;
	directory = dirs_open_runtime(false, err);
	if (directory != -1)
		fd = socket_connect(directory, PATIENCE_MS, err);
	if (fd != -1 || !start || err->fault != FAULT_NONE)
		return fd;
	return start_agent(true, clock_ms() + PATIENCE_MS, err);
}

int
run_session_attend(struct run_session *session, bool start, struct error *err)
{
	scoped(fd) int fd = connect_to_agent(start, err);
	struct writing *writing = &client.writing;

	if (fd == -1)
		return -1;
	client_start(&client, "attend");
	writing_add(writing, "session", session->id);
	if (session->root != 0)
		writing_number(writing, "root", session->root);
	if (session->sealed)
		origin_write_wanted(writing, session->named);
	if (writing_end(writing) == -1 ||
	    send(fd, writing->bytes, writing->length, MSG_NOSIGNAL) !=
		(ssize_t)writing->length) {
		err->fault = FAULT_NONE;
		return -1;
	}
	session->fd = fd;
	fd = -1;
	return 0;
}

static enum news
understand(const struct message *message, char why[256])
{
	const char *text = message_get(message, "text");
	const char *ended = message_get(message, "ended");
	bool over = strcmp(message->word, "ok") == 0 && ended != NULL;

	if (over)
		text_printable(why, 256, ended, strlen(ended));
	if (over)
		return strcmp(ended, AGENT_ENDED) == 0 ? NEWS_ENDED : NEWS_OVER;
	if (text == NULL)
		return NEWS_DIED;
	text_printable(why, 256, text, strlen(text));
	return stage_named(message_get(message, "stage")) == STAGE_POLICY
		   ? NEWS_OVER
		   : NEWS_UNKNOWN;
}

/* The answer is small, and the agent sends it at once. */
enum news
run_session_read(struct run_session *session, char why[256])
{
	static struct message message;
	char bytes[4096];
	ssize_t got = recv(session->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	size_t length;

	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return NEWS_NONE;
	close(session->fd);
	session->fd = -1;
	length = got <= 0 ? 0 : message_complete(bytes, (size_t)got);
	if (length == 0 || message_parse(&message, bytes, length, NULL) == -1)
		return NEWS_DIED;
	return understand(&message, why);
}
