/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_SCRAPE_H
#define DAYPASS_HELPERS_CALLOUT_SCRAPE_H

#include "agent/loop.h"
#include "base/buffer.h"

/*
 * What Prometheus asks, on a port of loopback: `GET /metrics` by HTTP, one
 * answer a connection. Whoever is slow, or many, is hung up on.
 */
struct scrape;

/* `address`: "127.0.0.1:PORT" or "[::1]:PORT"; port 0 is any. `print` appends
 * what there is to tell. NULL: it cannot listen there. */
struct scrape *scrape_new(struct loop *loop, const char *address,
    void (*print)(void *arg, struct buffer *out), void *arg, struct error *err);
void scrape_free(struct scrape *scrape);

/* Is this the head of a request, whole? 1: for what we have; 0: not whole;
 * -1: something else, and the status to answer with goes to *status. */
int scrape_read(const char *head, size_t length, const char **status);

#endif
