/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_DESK_H
#define DAYPASS_AUDIT_DESK_H

#include <poll.h>

#include "audit/courier.h"
#include "audit/journal.h"
#include "audit/spool.h"
#include "wire/message.h"

/*
 * Where records arrive, are sealed and go out. The first file that is
 * configured is the book: what is in it has happened, and what was sealed for
 * it goes to every other sink through a spool. Without a file the chain is
 * kept in memory, by the agent too, and the first sink is what counts.
 */
#define DESK_SINKS 16
#define DESK_POLLS (1 + DESK_SINKS)

struct sink {
	struct order order;
	bool is_book;
	struct spool *spool;
	struct courier courier;
	size_t batch, batch_lines; /* what the courier has */
	bool failing;
	char why[256]; /* of the last failure */
	int64_t lost;  /* records that it will not get, not told yet */
	int64_t lost_since;
	int64_t lost_ever;
	char lost_why[256];
};

struct waiting {
	struct waiting *next;
	int64_t number; /* 0: one of our own */
	bool sync;
	size_t length;
	char json[];
};

struct desk {
	struct order order; /* what the sinks have in common */
	struct secret *token;
	bool wants_token;	     /* nothing goes out before there is one */
	char token_why[256];	     /* why there is none, or "" */
	char *texts[DESK_SINKS + 3]; /* what the orders point to */
	size_t text_count;
	struct sink sinks[DESK_SINKS];
	size_t count;
	struct sink *book;	 /* or NULL */
	struct journal *journal; /* of the book */
	struct head head;	 /* without one */
	struct waiting *first, **last;
	int64_t retry_at; /* clock_ms(): of the book */
	int64_t newest;	  /* the number of the last one that there was when we
			     were told of it */
	int64_t taken;	  /* the number of the last record that is ours */
	int64_t done;	  /* of the last one that is where it counts */
	int64_t mark, marked; /* without a book: `marked` is done when this
				 much has gone out of the first spool */
	bool news;	      /* for the agent */
};

/* From the agent's `hello`. `directory` is for spools, or -1. -1: it cannot
 * work at all. */
int desk_open(struct desk *desk, const struct message *hello, int directory,
    struct error *err);
void desk_close(struct desk *desk);

/* A record comes in. */
int desk_take(struct desk *desk, int64_t number, bool sync, const char *json);

/* To every sink but the book: whole lines that are sealed. */
void desk_distribute(struct desk *desk, const char *lines, size_t length);

/* Seals and writes what has come in; where that cannot be done, later. */
void desk_write(struct desk *desk);

/* The end has come, and the book takes nothing: what waits for it goes to the
 * other sinks alone, sealed behind what the book had last. */
void desk_pass_on(struct desk *desk);

/* Something has changed for those that rest: they try at once. */
void desk_hurry(struct desk *desk);

/* Gives to couriers what waits for them, hears them. `polls` are those of
 * desk_poll. */
size_t desk_poll(const struct desk *desk, struct pollfd *polls);
void desk_carry(struct desk *desk);

/* ms until something has to be tried again; -1: nothing. */
int desk_patience(const struct desk *desk);

/* Is all out that ever can go? */
bool desk_is_idle(const struct desk *desk);

/* What the agent is told: how far it is, and how each sink is. */
int desk_tell_taken(const struct desk *desk, struct writing *writing);
int desk_tell_state(const struct desk *desk, struct writing *writing);

#endif
