/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_JOBS_H
#define DAYPASS_HELPERS_CALLOUT_JOBS_H

#include "agent/list.h"
#include "agent/log.h"
#include "agent/loop.h"
#include "helpers/callout/bus.h"
#include "helpers/callout/decision.h"
#include "helpers/callout/metrics.h"
#include "helpers/callout/trail.h"

/*
 * The requests in our hands: each is taken, decided, recorded and answered;
 * those whose issuer's keys are on their way wait, and hold nobody up.
 */
struct jobs {
	struct loop *loop;
	struct log *log;
	struct trail *trail;
	struct bus *bus;
	struct desk desk;
	struct metrics metrics;
	bool ending;	     /* nobody waits any more */
	struct link waiting; /* for keys */
	size_t waiting_count;
	struct link decided; /* their records are not kept yet */
	size_t decided_count;
};

void jobs_start(struct jobs *jobs);

/* Takes one and decides it. 1: there was one. */
int jobs_take(struct jobs *jobs);

/* Keeps the records of what is decided, then answers. */
void jobs_finish(struct jobs *jobs);

/* Those that wait are decided again; `last`: and wait no more. */
void jobs_retry(struct jobs *jobs, bool last);

/* Those that wait are forgotten: nobody is there to be answered. */
void jobs_drop(struct jobs *jobs);

#endif
