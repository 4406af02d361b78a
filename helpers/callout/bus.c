/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/eventfd.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <nats/nats.h>

#include "agent/list.h"
#include "base/text.h"
#include "helpers/callout/bus.h"
#include "helpers/callout/keyfile.h"

#define SUBJECT "$SYS.REQ.USER.AUTH"
#define XKEY_HEADER "Nats-Server-Xkey"
#define SERVERS_MAX 16
#define RECONNECT_MS 250
#define JITTER_MS 100
#define PING_MS 20000
#define TROUBLE_SIZE 256
#define QUIET_SECONDS 2 /* for libnats to let go of a bus */

struct delivery {
	struct link link;
	natsMsg *message;
	int64_t arrived; /* microseconds */
};

struct bus {
	natsOptions *options;
	natsConnection *connection;
	natsSubscription *subscription;
	int fd;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t quiet;
	int callers; /* of libnats's that may still call us */
	struct link waiting;
	size_t count;
	uint64_t dropped;
	char trouble[TROUBLE_SIZE];
};

static int64_t
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
wake(const struct bus *bus)
{
	if (eventfd_write(bus->fd, 1) == -1)
		return; /* it is awake */
}

/* The token in it does not stay in libnats's memory. */
void
delivery_free(struct delivery *delivery)
{
	if (delivery == NULL)
		return;
	explicit_bzero((char *)natsMsg_GetData(delivery->message),
	    (size_t)natsMsg_GetDataLength(delivery->message));
	natsMsg_Destroy(delivery->message);
	free(delivery);
}

/* In libnats's thread, as is all with `on_`. */
static void
on_message(natsConnection *connection, natsSubscription *subscription,
    natsMsg *message, void *arg)
{
	struct bus *bus = arg;
	struct delivery *delivery = calloc(1, sizeof(*delivery));

	(void)connection, (void)subscription;
	if (delivery == NULL) {
		natsMsg_Destroy(message);
		return;
	}
	delivery->message = message;
	delivery->arrived = microseconds();
	pthread_mutex_lock(&bus->lock);
	if (bus->count < BUS_QUEUE_MAX) {
		list_append(&bus->waiting, &delivery->link);
		bus->count++;
		delivery = NULL;
	} else {
		bus->dropped++;
	}
	pthread_mutex_unlock(&bus->lock);
	delivery_free(delivery);
	wake(bus);
}

static void
note(struct bus *bus, const char *text)
{
	pthread_mutex_lock(&bus->lock);
	text_printable(bus->trouble, sizeof(bus->trouble), text, strlen(text));
	pthread_mutex_unlock(&bus->lock);
	wake(bus);
}

static void
on_change(natsConnection *connection, void *arg)
{
	const char *last = NULL;

	natsConnection_GetLastError(connection, &last);
	note(arg, last == NULL ? "" : last);
}

/* libnats will not call this one any more. */
static void
gone(struct bus *bus)
{
	pthread_mutex_lock(&bus->lock);
	bus->callers--;
	pthread_cond_signal(&bus->quiet);
	pthread_mutex_unlock(&bus->lock);
}

static void
on_closed(natsConnection *connection, void *arg)
{
	on_change(connection, arg);
	gone(arg);
}

static void
on_complete(void *arg)
{
	gone(arg);
}

static void
on_error(natsConnection *connection, natsSubscription *subscription,
    natsStatus status, void *arg)
{
	(void)subscription;
	if (status == NATS_SLOW_CONSUMER)
		note(arg, "slow consumer: requests were dropped");
	else
		on_change(connection, arg);
}

static natsStatus
set_servers(natsOptions *options, const struct settings *nats)
{
	const char *urls[SERVERS_MAX];
	int count = 0;
	bool tls = false;
	natsStatus status;

	settings_each (each, nats, "url") {
		tls |= text_starts(each->value, "tls://");
		if (count < SERVERS_MAX)
			urls[count++] = each->value;
	}
	status = natsOptions_SetServers(options, urls, count);
	if (status == NATS_OK && tls)
		status = natsOptions_SetSecure(options, true);
	if (status == NATS_OK && settings_get(nats, "ca-file") != NULL)
		status = natsOptions_LoadCATrustedCertificates(
		    options, settings_get(nats, "ca-file"));
	return status;
}

static natsStatus
set_manners(natsOptions *options, struct bus *bus)
{
	natsStatus status =
	    natsOptions_SetName(options, "daypass-nats-callout");

	if (status == NATS_OK)
		status = natsOptions_SetMaxReconnect(options, -1);
	if (status == NATS_OK)
		status = natsOptions_SetReconnectWait(options, RECONNECT_MS);
	if (status == NATS_OK)
		status = natsOptions_SetReconnectJitter(
		    options, JITTER_MS, JITTER_MS);
	if (status == NATS_OK)
		status = natsOptions_SetRetryOnFailedConnect(
		    options, true, on_change, bus);
	if (status == NATS_OK)
		status = natsOptions_SetPingInterval(options, PING_MS);
	/* An answer is waited for: it is not to be gathered with others. */
	if (status == NATS_OK)
		status = natsOptions_SetSendAsap(options, true);
	if (status == NATS_OK)
		status = natsOptions_SetErrorHandler(options, on_error, bus);
	if (status == NATS_OK)
		status = natsOptions_SetDisconnectedCB(options, on_change, bus);
	if (status == NATS_OK)
		status = natsOptions_SetReconnectedCB(options, on_change, bus);
	if (status == NATS_OK)
		status = natsOptions_SetClosedCB(options, on_closed, bus);
	return status;
}

static int
failed(const char *what, natsStatus status, struct error *err)
{
	const char *more = nats_GetLastError(NULL);
	char text[256];

	text_printable(text, sizeof(text), more == NULL ? "" : more,
	    more == NULL ? 0 : strlen(more));
	return error_set(err,
	    status == NATS_NO_MEMORY ? FAULT_SYSTEM : FAULT_CONFIG,
	    "[nats] %s: %s%s%s", what, natsStatus_GetText(status),
	    text[0] == '\0' ? "" : ": ", text);
}

/* libnats keeps a copy of the password for as long as it may reconnect. */
static int
set_login(natsOptions *options, const struct settings *nats, struct error *err)
{
	const char *creds = settings_get(nats, "creds");
	const char *user = settings_get(nats, "user");
	scoped(secret) struct secret *password = NULL;
	natsStatus status;

	if (creds != NULL) {
		/* Only to see that it is ours alone. */
		if ((password = keyfile_read(creds, err)) == NULL)
			return error_in(err, "[nats] creds");
		status = natsOptions_SetUserCredentialsFromFiles(
		    options, creds, NULL);
	} else {
		password =
		    keyfile_read(settings_get(nats, "password-file"), err);
		if (password == NULL)
			return error_in(err, "[nats] password-file");
		status = natsOptions_SetUserInfo(
		    options, user, secret_bytes(password));
	}
	return status == NATS_OK ? 0 : failed("login", status, err);
}

static int
join(struct bus *bus, const struct settings *nats, struct error *err)
{
	const char *queue = settings_get(nats, "queue");
	natsStatus status;

	bus->callers = 2;
	status = natsConnection_Connect(&bus->connection, bus->options);
	if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) {
		bus->callers = 0;
		return failed("connect", status, err);
	}
	status = natsConnection_QueueSubscribe(&bus->subscription,
	    bus->connection, SUBJECT,
	    queue == NULL ? "daypass-nats-callout" : queue, on_message, bus);
	if (status != NATS_OK ||
	    natsSubscription_SetOnCompleteCB(
		bus->subscription, on_complete, bus) != NATS_OK)
		gone(bus);
	return status == NATS_OK ? 0 : failed("subscribe", status, err);
}

static int
start(struct bus *bus, const struct settings *nats, struct error *err)
{
	natsStatus status = nats_Open(-1);

	if (status == NATS_OK)
		status = natsOptions_Create(&bus->options);
	if (status == NATS_OK)
		status = set_servers(bus->options, nats);
	if (status == NATS_OK)
		status = set_manners(bus->options, bus);
	if (status != NATS_OK)
		return failed("options", status, err);
	if (set_login(bus->options, nats, err) == -1)
		return -1;
	return join(bus, nats, err);
}

struct bus *
bus_new(const struct settings *nats, struct error *err)
{
	struct bus *bus = calloc(1, sizeof(*bus));

	if (bus == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	pthread_mutex_init(&bus->lock, NULL);
	pthread_cond_init(&bus->quiet, NULL);
	list_init(&bus->waiting);
	bus->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (bus->fd == -1)
		error_errno(err, "eventfd");
	else if (start(bus, nats, err) == 0)
		return bus;
	bus_free(bus);
	return NULL;
}

static bool
wait_for_quiet(struct bus *bus)
{
	struct timespec end;
	bool quiet;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += QUIET_SECONDS;
	pthread_mutex_lock(&bus->lock);
	while (bus->callers > 0 &&
	       pthread_cond_timedwait(&bus->quiet, &bus->lock, &end) == 0)
		continue;
	quiet = bus->callers == 0;
	pthread_mutex_unlock(&bus->lock);
	return quiet;
}

/* libnats itself is never closed: 3.4 then frees what belongs to OpenSSL 3,
 * which does so again. A bus that libnats may still call is left where it is,
 * rather than freed under it. */
void
bus_free(struct bus *bus)
{
	struct delivery *delivery;

	if (bus == NULL)
		return;
	if (bus->connection != NULL)
		natsConnection_Close(bus->connection);
	if (!wait_for_quiet(bus))
		return;
	natsSubscription_Destroy(bus->subscription);
	natsConnection_Destroy(bus->connection);
	natsOptions_Destroy(bus->options);
	while ((delivery = bus_take(bus)) != NULL)
		delivery_free(delivery);
	pthread_cond_destroy(&bus->quiet);
	pthread_mutex_destroy(&bus->lock);
	if (bus->fd != -1)
		close(bus->fd);
	free(bus);
}

int
bus_fd(const struct bus *bus)
{
	return bus->fd;
}

enum bus_state
bus_state(const struct bus *bus)
{
	switch (natsConnection_Status(bus->connection)) {
	case NATS_CONN_STATUS_CONNECTED:
	case NATS_CONN_STATUS_DRAINING_SUBS:
	case NATS_CONN_STATUS_DRAINING_PUBS:
		return BUS_CONNECTED;
	case NATS_CONN_STATUS_CLOSED:
		return BUS_CLOSED;
	default:
		return BUS_CONNECTING;
	}
}

const char *
bus_trouble(const struct bus *bus, char *text, size_t size)
{
	struct bus *locked = (struct bus *)bus;

	pthread_mutex_lock(&locked->lock);
	text_copy(text, size, bus->trouble);
	pthread_mutex_unlock(&locked->lock);
	return text;
}

struct delivery *
bus_take(struct bus *bus)
{
	struct delivery *delivery = NULL;

	pthread_mutex_lock(&bus->lock);
	if (!list_empty(&bus->waiting)) {
		delivery = list_item(bus->waiting.next, struct delivery, link);
		list_remove(&delivery->link);
		bus->count--;
	}
	pthread_mutex_unlock(&bus->lock);
	return delivery;
}

uint64_t
bus_dropped(const struct bus *bus)
{
	return bus->dropped;
}

const char *
delivery_bytes(const struct delivery *delivery)
{
	return natsMsg_GetData(delivery->message);
}

size_t
delivery_length(const struct delivery *delivery)
{
	return (size_t)natsMsg_GetDataLength(delivery->message);
}

const char *
delivery_xkey(const struct delivery *delivery)
{
	const char *value = NULL;

	if (natsMsgHeader_Get(delivery->message, XKEY_HEADER, &value) !=
	    NATS_OK)
		return NULL;
	return value;
}

int64_t
delivery_age(const struct delivery *delivery)
{
	return microseconds() - delivery->arrived;
}

void
bus_answer(struct bus *bus, const struct delivery *delivery, const void *bytes,
    size_t length)
{
	const char *reply = natsMsg_GetReply(delivery->message);

	if (reply != NULL && reply[0] != '\0')
		natsConnection_Publish(
		    bus->connection, reply, bytes, (int)length);
}

void
bus_leave(struct bus *bus, int64_t ms)
{
	if (natsSubscription_Drain(bus->subscription) == NATS_OK)
		natsSubscription_WaitForDrainCompletion(bus->subscription, ms);
}

void
bus_flush(struct bus *bus, int64_t ms)
{
	natsConnection_FlushTimeout(bus->connection, ms);
}
