/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nats/nats.h>

#include "audit/carrier.h"
#include "audit/seal.h"
#include "base/text.h"

/*
 * Into a stream of JetStream: nats://HOST[:PORT][/SUBJECT], tls:// where TLS
 * has to be. Each record is a message in the structured mode of the NATS
 * protocol binding of CloudEvents, and its id the Nats-Msg-Id, by which the
 * stream drops one that comes twice. A delivery is over when the stream has
 * acknowledged every message of it.
 */
#define SUBJECT "daypass.audit"
#define TYPE "application/cloudevents+json"
#define WAIT_MS (DELIVERY_SECONDS * 1000)
#define CONNECT_MS 5000

struct nats_sink {
	char url[1024];
	char host[256];
	char subject[512];
	const char *ca_file;
	bool tls;
	natsConnection *connection;
	jsCtx *stream;
	int refused; /* messages of this delivery */
	char why[256];
};

static int
split_url(struct nats_sink *sink, const char *text, struct error *err)
{
	const char *host = strstr(text, "://") + 3;
	size_t length = strcspn(host, "/");
	const char *path = host + length + (host[length] == '/');

	sink->tls = text_starts(text, "tls://");
	if (length == 0 || length >= sizeof(sink->host) ||
	    strlen(path) >= sizeof(sink->subject))
		return error_set(err, FAULT_CONFIG, "no host in '%.64s'", text);
	snprintf(sink->url, sizeof(sink->url), "%s://%.*s",
	    sink->tls ? "tls" : "nats", (int)length, host);
	snprintf(sink->host, sizeof(sink->host), "%.*s",
	    (int)strcspn(host, ":/"), host);
	snprintf(sink->subject, sizeof(sink->subject), "%s",
	    path[0] == '\0' ? SUBJECT : path);
	return 0;
}

static void *
start(const struct order *order, struct error *err)
{
	struct nats_sink *sink = calloc(1, sizeof(*sink));

	if (sink != NULL && split_url(sink, order->sink, err) == 0) {
		sink->ca_file = order->ca_file;
		return sink;
	}
	if (sink == NULL)
		error_errno(err, "no memory for a sink");
	free(sink);
	return NULL;
}

/* Called by a thread of the library, for each message that the stream did not
 * take; we read it when all are answered. */
static void
on_refused(jsCtx *stream, jsPubAckErr *refused, void *closure)
{
	struct nats_sink *sink = closure;
	const char *text = refused->ErrText == NULL ? "" : refused->ErrText;

	(void)stream;
	if (sink->refused++ == 0)
		text_printable(
		    sink->why, sizeof(sink->why), text, strlen(text));
}

static natsStatus
set_tls(const struct nats_sink *sink, natsOptions *options)
{
	natsStatus status = natsOptions_SetSecure(options, true);

	if (status == NATS_OK)
		status = natsOptions_SetExpectedHostname(options, sink->host);
	if (status == NATS_OK && sink->ca_file != NULL)
		status = natsOptions_LoadCATrustedCertificates(
		    options, sink->ca_file);
	return status;
}

static natsStatus
set_options(const struct nats_sink *sink, natsOptions *options,
    const struct secret *token)
{
	natsStatus status = natsOptions_SetURL(options, sink->url);

	if (status == NATS_OK)
		status = natsOptions_SetTimeout(options, CONNECT_MS);
	if (status == NATS_OK)
		status = natsOptions_SetAllowReconnect(options, false);
	if (status == NATS_OK)
		status = natsOptions_SetName(options, "daypass-audit");
	if (status == NATS_OK && token != NULL)
		status = natsOptions_SetToken(options, secret_bytes(token));
	if (status == NATS_OK && sink->tls)
		status = set_tls(sink, options);
	return status;
}

static void
hang_up(struct nats_sink *sink)
{
	jsCtx_Destroy(sink->stream);
	natsConnection_Destroy(sink->connection);
	sink->stream = NULL;
	sink->connection = NULL;
}

static natsStatus
open_stream(struct nats_sink *sink)
{
	jsOptions options;

	jsOptions_Init(&options);
	options.Wait = WAIT_MS;
	options.PublishAsync.MaxPending = 512;
	options.PublishAsync.StallWait = WAIT_MS;
	options.PublishAsync.ErrHandler = on_refused;
	options.PublishAsync.ErrHandlerClosure = sink;
	return natsConnection_JetStream(
	    &sink->stream, sink->connection, &options);
}

static natsStatus
dial(struct nats_sink *sink, const struct secret *token)
{
	natsOptions *options = NULL;
	natsStatus status = natsOptions_Create(&options);

	if (status == NATS_OK)
		status = set_options(sink, options, token);
	if (status == NATS_OK)
		status = natsConnection_Connect(&sink->connection, options);
	natsOptions_Destroy(options);
	if (status == NATS_OK)
		status = open_stream(sink);
	if (status != NATS_OK)
		hang_up(sink);
	return status;
}

/* What the CloudEvent says its id is. */
static void
id_of(const char *line, size_t length, char id[128])
{
	static const char mark[] = "\"id\":\"";
	const char *at = memmem(line, length, mark, sizeof(mark) - 1);
	size_t size = 0;

	if (at != NULL) {
		at += sizeof(mark) - 1;
		while (at + size < line + length && at[size] != '"' &&
		       size < 127)
			size++;
		memcpy(id, at, size);
	}
	id[size] = '\0';
}

static natsStatus
publish(struct nats_sink *sink, const char *line, size_t length)
{
	natsMsg *message = NULL;
	jsPubOptions options;
	char id[128];
	natsStatus status = natsMsg_Create(
	    &message, sink->subject, NULL, line, (int)length);

	jsPubOptions_Init(&options);
	id_of(line, length, id);
	options.MsgId = id;
	if (status == NATS_OK)
		status = natsMsgHeader_Set(message, "Content-Type", TYPE);
	if (status == NATS_OK)
		status =
		    js_PublishMsgAsync(sink->stream, &message, &options);
	natsMsg_Destroy(message); /* NULL where it was taken over */
	return status;
}

static natsStatus
publish_all(struct nats_sink *sink, const char *lines, size_t length)
{
	natsStatus status = NATS_OK;
	const char *at = lines, *line;
	jsPubOptions options;
	size_t line_length;

	sink->refused = 0;
	sink->why[0] = '\0';
	while (status == NATS_OK && (line = carrier_line(&at, lines + length,
					 &line_length)) != NULL)
		status = publish(sink, line, line_length);
	jsPubOptions_Init(&options);
	options.MaxWait = WAIT_MS;
	if (status == NATS_OK)
		status = js_PublishAsyncComplete(sink->stream, &options);
	return status;
}

static int
fail(const struct nats_sink *sink, natsStatus status, const char *doing,
    struct error *err)
{
	enum fault fault = status == NATS_CONNECTION_AUTH_FAILED
			       ? FAULT_REFUSED
			       : FAULT_NETWORK;

	return error_set(err, fault, "%s: %s: %s%s", sink->host, doing,
	    natsStatus_GetText(status),
	    fault == FAULT_REFUSED
		? ": [audit] credential must be one that it accepts"
		: "");
}

static int
deliver(void *state, const char *lines, size_t length,
    const struct secret *token, struct error *err)
{
	struct nats_sink *sink = state;
	natsStatus status = NATS_OK;

	if (sink->connection == NULL)
		status = dial(sink, token);
	if (status != NATS_OK)
		return fail(sink, status, "cannot connect", err);
	status = publish_all(sink, lines, length);
	if (status == NATS_OK && sink->refused == 0)
		return 0;
	/* what is still on its way belongs to this connection alone */
	hang_up(sink);
	if (sink->refused > 0)
		return error_set(err, FAULT_NETWORK,
		    "%s: the stream of '%s' took %d less: %s", sink->host,
		    sink->subject, sink->refused, sink->why);
	return fail(sink, status, "no acknowledgement", err);
}

const struct carrier carrier_nats = {
    .prefix = "nats://", .start = start, .deliver = deliver};
