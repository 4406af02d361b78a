/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_READER_H
#define DAYPASS_AGENT_READER_H

#include "agent/list.h"
#include "agent/loop.h"
#include "config/config.h"
#include "wire/config_child.h"

/* The configuration as the agent has it: read by daypass-config in a process
 * of its own, again whenever a file has changed. */
struct reader;

/* Starts the first reading at once, or goes on with `begun` (output -1: none),
 * which was started for us, and whose output becomes the reader's. `user` is
 * the path of the user's file, "" for none; `named` whether $DAYPASS_CONFIG
 * named it. */
struct reader *reader_new(struct loop *loop, const char *user, bool named,
    const struct config_child *begun, struct error *err);
void reader_free(struct reader *reader);

/* Called after each reading that brought something new. */
void reader_on_change(
    struct reader *reader, void (*changed)(void *arg), void *arg);

/* Who waits for a configuration that is current. */
struct reading {
	struct link link;
	/* config is valid during the call; NULL: *err says why */
	void (*done)(struct reading *reading, const struct config *config,
	    const struct error *err);
};
void reading_cancel(struct reading *reading);

/* Calls done with a current configuration: at once if no file has changed. */
void reader_current(struct reader *reader, struct reading *reading);

/* The last one that was read, or NULL. */
const struct config *reader_last(const struct reader *reader);
const char *reader_path(const struct reader *reader);

#endif
