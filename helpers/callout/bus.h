/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_BUS_H
#define DAYPASS_HELPERS_CALLOUT_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/settings.h"

/*
 * The connection to NATS: a member of the queue group that answers the
 * server's auth callout. libnats and its threads live in bus.c alone; they
 * touch nothing of ours but a list of messages that wait to be taken.
 */
#define BUS_QUEUE_MAX 8192 /* messages that wait; more are dropped */

struct bus;
struct delivery;

/* Connects as [nats] says, or goes on trying, and joins the group. Something
 * to read on bus_fd() means: take what there is, look at bus_state(). NULL:
 * FAULT_CONFIG, FAULT_SYSTEM. */
struct bus *bus_new(const struct settings *nats, struct error *err);
int bus_fd(const struct bus *bus);
/* Leaves at once. */
void bus_free(struct bus *bus);

/* BUS_CLOSED: the server does not want us, twice in a row; libnats has given
 * up. */
enum bus_state {
	BUS_NONE, /* there is no bus */
	BUS_CONNECTED,
	BUS_CONNECTING,
	BUS_CLOSED
};
enum bus_state bus_state(const struct bus *bus);

/* What libnats said last, printable; "" for nothing. */
const char *bus_trouble(const struct bus *bus, char *text, size_t size);

/* The message that has waited longest, or NULL. */
struct delivery *bus_take(struct bus *bus);
/* Messages that found no room. */
uint64_t bus_dropped(const struct bus *bus);

const char *delivery_bytes(const struct delivery *delivery);
size_t delivery_length(const struct delivery *delivery);
/* The server's xkey, for which an answer is sealed; NULL: in clear. */
const char *delivery_xkey(const struct delivery *delivery);
/* How long ago it came, in microseconds. */
int64_t delivery_age(const struct delivery *delivery);
/* Wipes it, for there is a token in it. */
void delivery_free(struct delivery *delivery);

/* Answers it; no bytes refuse without a word. */
void bus_answer(struct bus *bus, const struct delivery *delivery,
    const void *bytes, size_t length);

/* Takes no more; what the server has handed us is there to be taken then. */
void bus_leave(struct bus *bus, int64_t ms);
/* Until the server has all that was answered. */
void bus_flush(struct bus *bus, int64_t ms);

#endif
