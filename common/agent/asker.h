/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ASKER_H
#define DAYPASS_AGENT_ASKER_H

#include "agent/actor.h"
#include "agent/agent.h"
#include "agent/reader.h"
#include "wire/message.h"

/*
 * One connection: a request that arrives, a verb that works on it, an answer
 * that goes out. Its buffers are secret memory, for both may carry secrets.
 */
struct asker;

/* What a verb does. It may answer at once or later, but does so once. */
struct verb {
	const char *name;
	/* Needs a current configuration; its pointer is valid in this call. */
	void (*begin)(struct asker *asker, const struct config *config);
	bool without_config; /* called with NULL */
	bool self_only;	     /* refused to who is in a child session */
};
const struct verb *verb_named(const char *name);

/* Takes the connection over. -1: it was closed. */
int asker_start(struct agent *agent, int fd);

/* Drops every connection. */
void askers_drop(struct agent *agent);

/* For verbs. */
struct agent *asker_agent(struct asker *asker);
const struct message *asker_request(const struct asker *asker);
const struct actor *asker_actor(const struct asker *asker);
int asker_fd(const struct asker *asker);

/* Starts an answer; add to what it gives; then asker_answer. */
struct writing *asker_writing(struct asker *asker, const char *word);
void asker_answer(struct asker *asker);

/* Tells an asker that it will have to wait, and for what; the answer comes
 * later. */
void asker_say_wait(struct asker *asker, const char *text);

/* Answers with an error; the sentence gets its last parenthesis here. */
void asker_error(struct asker *asker, const struct error *err);

/* A verb that waits says how its waiting is undone, should the other end hang
 * up meanwhile. `state` is the verb's. */
void asker_waits(struct asker *asker, void *state,
    void (*cancel)(struct asker *asker, void *state));
void asker_waits_no_more(struct asker *asker);

#endif
