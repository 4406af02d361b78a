/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_SESSIONS_H
#define DAYPASS_AGENT_SESSIONS_H

#include <sys/types.h>

#include "agent/actor.h"
#include "agent/agent.h"
#include "agent/list.h"
#include "base/secret.h"

/*
 * The child sessions that `daypass run` has opened, each with its leader, a
 * process that is above all of its session. A session is over when its time
 * is, or its leader is gone: what was minted for it is then taken back. So is
 * every session within it: what is inside has never more. As long as anybody
 * can be below its leader it is remembered, so that none of them passes for
 * somebody else: while the leader lives, and where that one was killed, until
 * the first process of its pid namespace has gone with all that is in there.
 */
struct sessions;

#define SESSION_ID 33

/* A process that all of a session is below. */
struct holder {
	pid_t pid;     /* 0: there is none */
	uint64_t born; /* procstat.h */
	int pidfd;     /* or -1 */
};

struct session {
	struct link link;
	char id[SESSION_ID];
	/* Its own and those around it, the innermost first, `self` last. */
	char *names[ACTOR_DEPTH + 2];
	char *reason;		 /* or NULL */
	char around[SESSION_ID]; /* the id of the one around it, or `self` */
	struct holder leader;	 /* whose end is the session's */
	struct holder root;	 /* the first process of its pid namespace */
	struct watch *watch;	 /* of who is waited for */
	int64_t since;		 /* unix seconds */
	int64_t deadline;	 /* unix seconds; 0: none */
	struct timer *timer;
	bool advisory;	       /* without isolation */
	bool sealed;	       /* its members' variables do not count */
	struct secret *origin; /* what does; NULL: nobody has said */
	const char *over;      /* why it is: nothing more is handed out; NULL */
	struct link attending; /* who waits for its end */
	struct sessions *sessions;
	unsigned references;
};

/* One more reference: who asks in a session may outlive it. */
struct session *session_keep(struct session *session);
void session_release(struct session *session);

/* Who waits for a session's end; done is called once, with why. */
struct attending {
	struct link link;
	void (*done)(struct attending *attending, const char *why);
};
void attending_cancel(struct attending *attending);

struct sessions *sessions_new(struct agent *agent); /* NULL: no memory */
void sessions_free(struct sessions *sessions);

/* Tells everybody who attends one that the agent ends, as it was told to. */
void sessions_leave(struct sessions *sessions);

/* Is there any, over or not? */
bool sessions_any(const struct sessions *sessions);
struct link *sessions_all(struct sessions *sessions); /* over `link` */
struct session *sessions_find(struct sessions *sessions, const char *id);

/* The innermost one around an actor that is sealed; NULL: there is none. */
struct session *sessions_sealed(
    struct sessions *sessions, const struct actor *actor);

/* What a new one is to be. */
struct session_order {
	const char *name;
	const char *reason; /* or NULL */
	int64_t ttl;	    /* seconds; 0: as long as its leader */
	bool advisory;
	bool sealed; /* session_origin.h */
	pid_t leader;
};

/* Opens one inside of the actor's. NULL: it is nested too deeply, its leader
 * is gone or leads another, there are too many, it cannot be written down for
 * the agent after this one, or no memory. */
struct session *sessions_open(struct sessions *sessions,
    const struct session_order *order, const struct actor *around,
    struct error *err);

/* Ends it and those inside of it, in a few words why, which stay the caller's
 * and static. What is in the air for them is refused, what was minted for
 * them is taken back. */
void session_end(struct session *session, const char *why);

/* Its leader says which process below is the first of a pid namespace. -1: it
 * is none of the leader's children, or cannot be written down. */
int session_root(struct session *session, pid_t root, struct error *err);

/* The session's actor; what it points to is the session's. */
void session_actor(const struct session *session, struct actor *actor);

/* Those that an agent before this one has left in the runtime directory, and
 * whose leaders live: they go on. */
void sessions_restore(struct sessions *sessions, int directory);

/*
 * Holds the process behind a connection, before there is a request: where the
 * kernel does not (SO_PEERPIDFD, Linux 6.5), whoever connected could end
 * meanwhile, and somebody else have the number. The pidfd is the caller's; -1:
 * nothing has to be held, or can be; PEER_GONE: there is no such process.
 */
int sessions_hold(struct sessions *sessions, int fd);

/* Who is behind a connection: *session gets a reference to theirs, or NULL,
 * which is `self`. `held` is what sessions_hold() gave, or -1. -1
 * (FAULT_REFUSED, stage policy): it cannot be told, or their session is over.
 */
int sessions_who(struct sessions *sessions, int fd, int held,
    struct session **session, struct error *err);

/* Is it? NULL is `self`, which is not while the agent is there. -1
 * (FAULT_REFUSED, stage policy): it is. */
int session_check(const struct session *session, struct error *err);

#endif
