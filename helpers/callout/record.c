/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "helpers/callout/answer.h"
#include "helpers/callout/record.h"
#include "helpers/callout/subject.h"

#define SINKS_MAX 8
#define GATHERED_MAX (16 * 1024 * 1024)
#define TEXT_SIZE 1100
#define HOST_SIZE 65
#define PRIORITY (10 << 3 | 5) /* authpriv, notice: syslog(3) */

enum sink_kind { SINK_FILE, SINK_STDERR, SINK_SYSLOG };

struct sink {
	enum sink_kind kind;
	const char *path;
	int fd;
};

struct trail {
	struct log *log;
	struct sink sinks[SINKS_MAX];
	size_t sink_count;
	bool required;
	uint64_t lost;
	size_t gathered; /* records */
	struct buffer lines;
	char host[HOST_SIZE];
};

static int
open_file(const char *path)
{
	return open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY,
	    0600);
}

static int
open_sink(struct sink *sink, const char *value, struct error *err)
{
	sink->fd = -1;
	if (strcmp(value, "stderr:") == 0) {
		sink->kind = SINK_STDERR;
		sink->fd = STDERR_FILENO;
		return 0;
	}
	if (strcmp(value, "syslog:") == 0) {
		sink->kind = SINK_SYSLOG;
		sink->fd = socket(
		    AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		return 0;
	}
	sink->kind = SINK_FILE;
	sink->path = value + strlen("file:");
	if ((sink->fd = open_file(sink->path)) != -1)
		return 0;
	error_errno(err, "[audit] sink: '%.512s'", sink->path);
	err->fault = FAULT_CONFIG;
	return -1;
}

static int
open_sinks(struct trail *trail, const struct settings *audit, struct error *err)
{
	const char *required = settings_get(audit, "required");

	trail->required = required != NULL && text_boolean(required) == 1;
	settings_each (each, audit, "sink") {
		if (trail->sink_count == SINKS_MAX)
			return error_set(err, FAULT_CONFIG,
			    "[audit] sink: more than %d of them", SINKS_MAX);
		if (open_sink(&trail->sinks[trail->sink_count], each->value,
			err) == -1)
			return -1;
		trail->sink_count++;
	}
	if (audit == NULL)
		return open_sink(
		    &trail->sinks[trail->sink_count++], "stderr:", err);
	return 0;
}

struct trail *
trail_new(const struct settings *audit, struct log *log, struct error *err)
{
	struct trail *trail = calloc(1, sizeof(*trail));

	if (trail == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	trail->log = log;
	trail->lines = BUFFER(GATHERED_MAX);
	if (gethostname(trail->host, sizeof(trail->host) - 1) == -1)
		trail->host[0] = '\0';
	if (open_sinks(trail, audit, err) == 0)
		return trail;
	trail_free(trail);
	return NULL;
}

void
trail_free(struct trail *trail)
{
	if (trail == NULL)
		return;
	for (size_t i = 0; i < trail->sink_count; i++)
		if (trail->sinks[i].kind != SINK_STDERR &&
		    trail->sinks[i].fd != -1)
			close(trail->sinks[i].fd);
	buffer_free(&trail->lines);
	free(trail);
}

/* What cannot be opened anew is written to as before. */
void
trail_reopen(struct trail *trail)
{
	for (size_t i = 0; i < trail->sink_count; i++) {
		struct sink *sink = &trail->sinks[i];
		int fd;

		if (sink->kind != SINK_FILE)
			continue;
		if ((fd = open_file(sink->path)) == -1) {
			log_event(trail->log, LOG_LEVEL_ERROR,
			    "[audit] sink: '%.300s': %s", sink->path,
			    strerror(errno));
			continue;
		}
		if (sink->fd != -1)
			close(sink->fd);
		sink->fd = fd;
	}
}

uint64_t
trail_lost(const struct trail *trail)
{
	return trail->lost;
}

/* `"name":"text",`, unless there is none. */
static void
add(struct buffer *out, const char *name, const char *text)
{
	char printable[TEXT_SIZE];

	if (text == NULL || text[0] == '\0')
		return;
	buffer_printf(out, "\"%s\":", name);
	json_quote(out,
	    text_printable(printable, sizeof(printable), text, strlen(text)));
	buffer_add_string(out, ",");
}

static void
add_time(struct buffer *out, const char *name, int64_t time)
{
	char text[CLOCK_TEXT];

	if (time > 0)
		add(out, name, clock_rfc3339(time, text));
}

static void
add_digest(struct buffer *out, const char *text)
{
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	if (text == NULL)
		return;
	digest_sha256(text, strlen(text), digest);
	add(out, "token_sha256", digest_hex(digest, hex));
}

static void
add_subjects(
    struct buffer *out, const char *key, const struct decision *decision)
{
	char filled[SUBJECT_MAX];
	const char *comma = "";
	struct refusal unused;

	if (settings_get(decision->map->settings, key) == NULL)
		return;
	buffer_printf(out, "\"%s\":[", key);
	settings_each (each, decision->map->settings, key) {
		if (subject_fill(each->value, &decision->captures, filled,
			&unused) == -1)
			continue;
		buffer_add_string(out, comma);
		json_quote(out, filled);
		comma = ",";
	}
	buffer_add_string(out, "],");
}

static void
add_grant(struct buffer *out, const struct decision *decision)
{
	if (decision->map == NULL)
		return;
	add(out, "map", decision->map->name);
	if (decision->why.reason != REASON_NONE)
		return;
	add(out, "account", settings_get(decision->map->settings, "account"));
	add_subjects(out, "publish", decision);
	add_subjects(out, "subscribe", decision);
	add_time(out, "expires", decision->expires);
}

static void
add_claims(struct buffer *out, const struct idtoken *token)
{
	const char *audience;
	size_t count = 0;

	add(out, "issuer", token->issuer);
	add(out, "subject", token->subject);
	if (token->compact.claims != NULL &&
	    json_count(token->compact.claims, "aud", &count) && count > 0 &&
	    json_element(token->compact.claims, "aud", 0, &audience))
		add(out, "audience", audience);
	add_time(out, "token_expires", token->expires);
}

static void
add_client(struct buffer *out, const struct decision *decision)
{
	const struct request *request = &decision->request;

	add(out, "client_host", request->host);
	add(out, "client_name", request->name);
	add(out, "client_type", request->kind);
	if (request->client != 0)
		buffer_printf(
		    out, "\"client_id\":%lld,", (long long)request->client);
	add(out, "server", request->server);
	add(out, "user_nkey", request->user);
}

void
trail_add(struct trail *trail, const struct decision *decision, int64_t now)
{
	struct buffer *out = &trail->lines;
	char time[CLOCK_TEXT];
	bool allowed = decision->why.reason == REASON_NONE;

	buffer_printf(out,
	    "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":", decision->id);
	json_quote(out, trail->host[0] == '\0' ? "localhost" : trail->host);
	buffer_printf(out,
	    ",\"type\":\"dev.daypass.nats.decision\",\"time\":\"%s\","
	    "\"datacontenttype\":\"application/json\",\"data\":{",
	    clock_rfc3339(now, time));
	add_claims(out, &decision->token);
	add_grant(out, decision);
	add_client(out, decision);
	add_digest(out, decision->request.token);
	add(out, "detail", decision->why.text);
	add(out, "reason", reason_name(decision->why.reason));
	buffer_printf(
	    out, "\"verdict\":\"%s\"}}\n", allowed ? "allow" : "deny");
	trail->gathered++;
}

static bool
write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t wrote = write(fd, bytes, length);

		if (wrote == -1 && errno == EINTR)
			continue;
		if (wrote == -1)
			return false;
		bytes += wrote;
		length -= (size_t)wrote;
	}
	return true;
}

/* As RFC 3164 has it. By address each time: the logger may have been started
 * anew. */
static bool
send_lines(int fd, const char *lines)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	char head[96], time_text[32];
	time_t now = time(NULL);
	struct tm tm;
	struct iovec parts[2] = {{head, 0}, {NULL, 0}};
	struct msghdr message = {.msg_name = &to,
	    .msg_namelen = sizeof(to),
	    .msg_iov = parts,
	    .msg_iovlen = 2};

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(time_text, sizeof(time_text), "%b %e %T", &tm) == 0)
		return false;
	parts[0].iov_len = (size_t)snprintf(head, sizeof(head),
	    "<%d>%s daypass-nats-callout[%d]: ", PRIORITY, time_text,
	    (int)getpid());
	while (*lines != '\0') {
		parts[1].iov_base = (char *)lines;
		parts[1].iov_len = strcspn(lines, "\n");
		if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
			return false;
		lines += parts[1].iov_len + 1;
	}
	return true;
}

static bool
keep_in(const struct sink *sink, const struct buffer *lines)
{
	if (sink->kind == SINK_SYSLOG)
		return send_lines(sink->fd, buffer_text(lines));
	return write_all(sink->fd, buffer_text(lines), lines->length) &&
	       (sink->kind != SINK_FILE || fdatasync(sink->fd) == 0);
}

int
trail_keep(struct trail *trail)
{
	bool whole = !buffer_failed(&trail->lines);

	for (size_t i = 0; i < trail->sink_count; i++) {
		if (!buffer_failed(&trail->lines) &&
		    keep_in(&trail->sinks[i], &trail->lines))
			continue;
		log_event(trail->log, LOG_LEVEL_ERROR,
		    "%zu records did not get into the audit: %s",
		    trail->gathered, strerror(errno));
		trail->lost += trail->gathered;
		whole = false;
	}
	buffer_free(&trail->lines);
	trail->lines = BUFFER(GATHERED_MAX);
	trail->gathered = 0;
	return whole || !trail->required ? 0 : -1;
}
