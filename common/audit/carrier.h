/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_CARRIER_H
#define DAYPASS_AUDIT_CARRIER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

/* What a sink is like. */
struct order {
	const char *sink;    /* as configured */
	const char *ca_file; /* trusted beside the system's, or NULL */
	const char *source;  /* of records that daypass-audit makes itself */
	int64_t size;	     /* of a file; see journal.h */
	unsigned keep;
};

/*
 * How records get to one kind of sink. A carrier runs in a process of its own
 * (see courier.h), as straight-line code that may block: one file each.
 */
struct carrier {
	const char *prefix; /* of the sinks that it serves */
	/* Makes ready, offline; what it gives is handed to deliver. NULL: it
	 * cannot be used. */
	void *(*start)(const struct order *order, struct error *err);
	/* Delivers whole lines, all of them, in their order. 0 only when the
	 * other side has said that it has them; else they come again. `token`
	 * is NULL where none is configured or there yet. */
	int (*deliver)(void *state, const char *lines, size_t length,
	    const struct secret *token, struct error *err);
};

#define DELIVERY_SECONDS 10 /* that one may take */

extern const struct carrier carrier_file;
extern const struct carrier carrier_syslog;
extern const struct carrier carrier_http;
extern const struct carrier carrier_nats;

/* NULL: there is none. */
const struct carrier *carrier_for(const char *sink);

/* The next of some lines, from *at on, which is moved behind it; NULL behind
 * the last. *length is without the line end. */
const char *carrier_line(const char **at, const char *end, size_t *length);

#endif
