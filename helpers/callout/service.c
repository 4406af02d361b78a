/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "helpers/callout/jobs.h"
#include "helpers/callout/scrape.h"
#include "helpers/callout/service.h"

#define ROUND 512     /* requests before others have their turn */
#define JOIN_MS 3000  /* for keys, before the group is joined */
#define AGAIN_MS 2000 /* before a server that refused us is tried */
#define LEAVE_MS 1500

struct service {
	struct loop *loop;
	struct log *log;
	struct keys *keys;
	struct scrape *scrape;
	struct jobs jobs;
	struct bus *bus;
	struct watch *bus_watch;
	struct timer *bus_timer; /* to join, or to try again */
	enum bus_state state;
};

static void connect_after(struct service *service, int64_t ms);

static void
look_at_connection(struct service *service)
{
	static const char *const words[] = {
	    [BUS_CONNECTED] = "serving",
	    [BUS_CONNECTING] = "not connected, trying again",
	    [BUS_CLOSED] = "the server does not want us",
	};
	enum bus_state state = bus_state(service->bus);
	char trouble[256];

	if (state == service->state)
		return;
	service->state = state;
	bus_trouble(service->bus, trouble, sizeof(trouble));
	log_event(service->log,
	    state == BUS_CONNECTED ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR,
	    "%s%s%s", words[state],
	    trouble[0] == '\0' || state == BUS_CONNECTED ? "" : ": ",
	    state == BUS_CONNECTED ? "" : trouble);
	if (state == BUS_CLOSED)
		connect_after(service, AGAIN_MS);
}

static void
bus_ready(void *arg, uint32_t events)
{
	struct service *service = arg;
	eventfd_t unused;
	int taken = 0;

	(void)events;
	eventfd_read(bus_fd(service->bus), &unused);
	while (taken < ROUND && jobs_take(&service->jobs) == 1)
		taken++;
	jobs_finish(&service->jobs);
	if (taken == ROUND)
		eventfd_write(bus_fd(service->bus), 1);
	look_at_connection(service);
}

/* Jobs keep a part of the connection: they go first. */
static void
disconnect(struct service *service)
{
	jobs_drop(&service->jobs);
	watch_free(service->bus_watch);
	bus_free(service->bus);
	service->bus_watch = NULL;
	service->bus = NULL;
	service->jobs.bus = NULL;
}

static int
connect_bus(struct service *service, struct error *err)
{
	const struct settings *nats = service->jobs.desk.rules->nats;

	service->state = BUS_NONE;
	if ((service->bus = bus_new(nats, err)) == NULL)
		return -1;
	service->jobs.bus = service->bus;
	service->bus_watch = loop_watch(service->loop, bus_fd(service->bus),
	    EPOLLIN, bus_ready, service, err);
	if (service->bus_watch != NULL) {
		look_at_connection(service);
		return 0;
	}
	disconnect(service);
	return -1;
}

static void
time_to_connect(void *arg)
{
	struct service *service = arg;
	struct error err = {.fault = FAULT_NONE};

	service->bus_timer = NULL;
	if (service->bus != NULL)
		disconnect(service);
	if (connect_bus(service, &err) == 0)
		return;
	log_event(service->log, LOG_LEVEL_ERROR, "%s", err.text);
	connect_after(service, AGAIN_MS);
}

static void
connect_after(struct service *service, int64_t ms)
{
	timer_free(service->bus_timer);
	service->bus_timer = loop_timer(
	    service->loop, clock_ms() + ms, time_to_connect, service);
	if (service->bus_timer == NULL)
		loop_stop(service->loop, -1);
}

/* Who joins the group without keys takes requests that others could answer. */
static void
issuers_changed(void *arg)
{
	struct service *service = arg;

	jobs_retry(&service->jobs, false);
	if (service->bus == NULL && service->bus_timer != NULL &&
	    issuers_ready(service->jobs.desk.issuers))
		connect_after(service, 0);
}

static void
print_metrics(void *arg, struct buffer *out)
{
	struct service *service = arg;
	bool connected =
	    service->bus != NULL && bus_state(service->bus) == BUS_CONNECTED;

	metrics_print(&service->jobs.metrics, out);
	issuers_metrics(service->jobs.desk.issuers, out);
	buffer_printf(out,
	    "# HELP daypass_nats_connected Is there a connection to NATS?\n"
	    "# TYPE daypass_nats_connected gauge\n"
	    "daypass_nats_connected %d\n"
	    "# HELP daypass_nats_dropped_total Requests without room.\n"
	    "# TYPE daypass_nats_dropped_total counter\n"
	    "daypass_nats_dropped_total %llu\n"
	    "# HELP daypass_nats_records_lost_total Records not kept.\n"
	    "# TYPE daypass_nats_records_lost_total counter\n"
	    "daypass_nats_records_lost_total %llu\n",
	    connected,
	    service->bus == NULL
		? 0ULL
		: (unsigned long long)bus_dropped(service->bus),
	    (unsigned long long)trail_lost(service->jobs.trail));
}

/* SIGHUP. Keys that cannot be read leave those that are there. */
static void
again(void *arg)
{
	struct service *service = arg;
	struct error err = {.fault = FAULT_NONE};
	struct keys *keys = keys_load(service->jobs.desk.rules, &err);

	trail_reopen(service->jobs.trail);
	if (keys == NULL) {
		log_event(service->log, LOG_LEVEL_ERROR,
		    "%s; the keys stay as they were", err.text);
		return;
	}
	jobs_finish(&service->jobs);
	keys_free(service->keys);
	service->keys = keys;
	service->jobs.desk.keys = keys;
	for (size_t i = 0; i < keys->signer_count; i++)
		log_event(service->log, LOG_LEVEL_NOTICE, "signing for %s",
		    keys->signers[i].public);
}

/* Leaves the group; all that was taken is answered, without waiting for any
 * issuer any more. */
static void
end(void *arg)
{
	struct service *service = arg;

	service->jobs.ending = true;
	timer_free(service->bus_timer);
	service->bus_timer = NULL;
	if (service->bus != NULL) {
		bus_leave(service->bus, LEAVE_MS);
		while (jobs_take(&service->jobs) == 1)
			continue;
		jobs_retry(&service->jobs, true);
		bus_flush(service->bus, LEAVE_MS);
	}
	log_event(service->log, LOG_LEVEL_NOTICE, "ends");
	loop_stop(service->loop, 0);
}

static int
make_parts(struct service *service, struct error *err)
{
	const struct rules *rules = service->jobs.desk.rules;
	const char *listen = settings_get(rules->metrics, "listen");

	jobs_start(&service->jobs);
	if ((service->loop = loop_new(err)) == NULL)
		return -1;
	service->jobs.loop = service->loop;
	service->jobs.log = service->log = log_new("stderr");
	service->jobs.desk.replay = replay_new();
	service->jobs.desk.issuers = issuers_new(
	    service->loop, rules, service->log, issuers_changed, service);
	if (service->log == NULL || service->jobs.desk.replay == NULL ||
	    service->jobs.desk.issuers == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	service->jobs.trail = trail_new(rules->audit, service->log, err);
	if (service->jobs.trail == NULL)
		return -1;
	if (listen != NULL &&
	    (service->scrape = scrape_new(
		 service->loop, listen, print_metrics, service, err)) == NULL)
		return -1;
	return 0;
}

static void
free_parts(struct service *service)
{
	if (service->bus != NULL)
		disconnect(service);
	timer_free(service->bus_timer);
	scrape_free(service->scrape);
	trail_free(service->jobs.trail);
	issuers_free(service->jobs.desk.issuers);
	replay_free(service->jobs.desk.replay);
	keys_free(service->keys);
	log_free(service->log);
	loop_free(service->loop);
}

int
service_run(const struct rules *rules, struct keys *keys, struct error *err)
{
	struct service service = {
	    .keys = keys, .jobs.desk = {.rules = rules, .keys = keys}};
	int result = make_parts(&service, err);

	if (result == 0) {
		loop_on_signal(service.loop, end, &service);
		loop_on_hangup(service.loop, again, &service);
		connect_after(&service, JOIN_MS);
		issuers_start(service.jobs.desk.issuers);
		result = loop_run(service.loop);
	}
	free_parts(&service);
	return result;
}
