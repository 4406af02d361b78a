/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_AUDIT_INNER_H
#define DAYPASS_AGENT_AUDIT_INNER_H

#include "agent/audit.h"
#include "audit/event.h"
#include "audit/seal.h"

/* What the audit*.c files share. */

#define AUDIT_SINKS 16
#define AUDIT_KEPT_MAX (4 * 1024 * 1024) /* bytes that nobody has taken yet */
#define AUDIT_DENIED_MAX (AUDIT_KEPT_MAX / 4 * 3) /* that denials may fill */
#define AUDIT_WAIT_MS 5000 /* that a required record may take */

/* A sink as it was configured, and how it is by the last that was heard. */
struct audit_sink {
	char text[1024];
	bool failing;
	int64_t waiting;
	int64_t lost;
	char why[256];
};

/* A record that nobody has taken yet. */
struct kept {
	struct link link;
	int64_t number;
	bool sync;
	bool sent; /* to the daypass-audit that runs now */
	size_t length;
	char json[];
};

struct hits;
struct audit_token;

struct audit {
	struct agent *agent;
	/* as configured */
	struct audit_sink sinks[AUDIT_SINKS];
	size_t count; /* 0: there is no audit */
	size_t first; /* the one that counts: the first file, else the first */
	bool required;
	char *setup; /* all that is configured, to know when it changes */
	char *rotate, *keep, *ca_file, *credential;
	char audience[512]; /* of an id token that sinks are shown */
	char source[EVENT_SOURCE_MAX];
	/* records */
	int64_t number; /* of the last one */
	int64_t taken;	/* these are kept by daypass-audit */
	int64_t done;	/* these are where they count */
	struct head head;
	struct link all; /* what is kept here */
	size_t bytes;
	int64_t lost, lost_since; /* there was no room for them */
	int64_t lost_ever;
	char lost_why[256];
	int64_t clock; /* wall clock minus uptime, ms, as it was last */
	struct link waiters;
	struct hits *hits;
	struct audit_token *token;
	/* daypass-audit */
	pid_t pid;     /* 0: it does not run */
	int directory; /* the runtime directory, also when nobody listens in
			  it any more; or -1 */
	int fd;
	struct watch *watch;
	struct child_watch *child;
	struct timer *again;
	int64_t backoff;   /* ms */
	bool was;	   /* it ran before, in this setup */
	bool changing;	   /* it is to end, for the setup has changed */
	char trouble[512]; /* why the sink that counts does not work, or "" */
};

/* audit.c. Numbers a record and keeps it; `event` is one whose data are open,
 * and is freed. -1: there is no room, which is counted. */
int audit_keep(struct audit *audit, struct event *event, bool sync);

/* Has a denial room? Whoever is refused as fast as they can ask leaves room for
 * what is minted meanwhile. False: it is counted as lost. */
bool audit_has_room(struct audit *audit);

/* Begins a record of this type, with the next number. */
void audit_start(struct audit *audit, struct event *event, const char *type,
    const char *subject);

/* daypass-audit has taken, and done, up to these. */
void audit_acknowledge(struct audit *audit, int64_t taken, int64_t done);

/* The error of whoever cannot be recorded. -1. */
int audit_refuse(const struct audit *audit, struct error *err);

/* audit_feed.c. Sends what was not sent, starting daypass-audit if need be. */
void audit_feed(struct audit *audit);
void audit_feed_stop(struct audit *audit);
/* Another setup: the one that runs ends first. */
void audit_feed_change(struct audit *audit);
/* What sinks on the network are shown, or why there is none. */
void audit_feed_token(
    struct audit *audit, const struct secret *token, const char *why_not);
/* Until all is taken, or the deadline (clock_ms). */
void audit_feed_wait(struct audit *audit, int64_t deadline);

/* audit_hits.c. What is counted instead of recorded one by one. */
struct hits *hits_new(void);
void hits_free(struct hits *hits);
void hits_flush(struct audit *audit);
struct hit {
	const char *type; /* "hit", "deny" */
	const char *session, *tool, *target, *credential, *sha256;
	pid_t pid;
};
/* True: the like of it was recorded or counted a moment ago, and this one is
 * counted. False: it is the first, and is counted unless `told`, which is for
 * whoever writes a record of the first by itself. */
bool hits_count(struct audit *audit, const struct hit *hit, bool told);

/* audit_token.c. Mints [audit] credential, where there is one, and hands it to
 * the daypass-audit that has just been started, and whenever it is renewed. */
struct audit_token *audit_token_new(struct audit *audit);
void audit_token_free(struct audit_token *token);
void audit_token_want(struct audit_token *token);

/* Somebody outside of all child sessions asks: what is around them is what the
 * token is minted with, if nothing else is known. */
void audit_token_around(
    struct audit_token *token, const struct message *request);

/* audit_who.c: the actor of a session; as a member of the data. */
void audit_actor(
    const struct audit *audit, struct event *event, const char *session);

#endif
