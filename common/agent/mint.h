/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_MINT_H
#define DAYPASS_AGENT_MINT_H

#include "agent/loop.h"
#include "agent/road.h"

/* Running one step (an identity, an exchange, or a revocation) in a child
 * that the agent forks. The agent's end. */
struct mint;

/* A host that doctor wants to know the way to. */
struct mint_reach {
	const char *url;    /* scheme, host and port */
	const char *socket; /* or NULL; as in struct http_request */
	bool link_local;
};

struct mint_order {
	const struct step *step; /* NULL where nothing is minted: `reach` */
	const struct surroundings *around; /* for an identity */
	const struct credential *input;	   /* for an exchange */
	const struct credential *actor;	   /* who acts; or NULL */
	int64_t deadline;		   /* clock_ms(): killed then */
	int64_t skew;		/* what other mints have found lately: a hint */
	bool last;		/* the result goes to a tool */
	bool revoke;		/* take `input` back */
	const int *keep;	/* of an identity with a login: a loan's ends */
	const char *keep_lacks; /* why the loan has no keyring, or NULL */
	const struct secret *talk; /* no mint, but a word of its login's talk:
				      a whole message, `asked` */
	const struct mint_reach *reach; /* no mint, but a look at the network;
					   leads to a message, `way` */
};

struct mint_result {
	struct credential *credential; /* the callee's; NULL when it failed, or
					  for a revocation */
	struct secret *unread; /* what was made, if there was no memory to
				  read it; whoever takes it sets it NULL */
	bool stale;	       /* failed because the input would have expired */
	bool killed;	       /* a signal ended it, and not ours */
	int64_t skew;	       /* seconds that the other's clock is ahead */
	struct secret *told;   /* the callee's: what a talk, or a look, led to:
				  a message */
	struct error err;      /* FAULT_NONE when it went well */
};

typedef void mint_done(void *arg, struct mint_result *result);

/* Everything in `order` is used before it returns. NULL: could not fork;
 * done is not called. Else done is called once, unless mint_kill comes first.
 */
struct mint *mint_start(struct loop *loop, const struct mint_order *order,
    mint_done *done, void *arg, struct error *err);

/* Reads what could not be read. NULL: there still is no memory. */
struct credential *mint_read(const struct secret *unread);

/* Kills the child and forgets it. */
void mint_kill(struct mint *mint);

#endif
