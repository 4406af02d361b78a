/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/ledger.h"
#include "agent/recall.h"
#include "agent/revoking.h"
#include "agent/vault.h"
#include "base/clock.h"

#define REVOKING_MS 5000
#define AGAIN_MS 30000 /* what could not be taken back is tried again */

/* One lot of lines that are being taken back. */
struct lot {
	struct link link;
	struct recall *recall;
	struct revoking *revoking;
};

struct recall {
	struct agent *agent;
	struct link lots;
	struct timer *timer;
	void (*empty)(void *arg);
	void *arg;
};

struct recall *
recall_new(struct agent *agent)
{
	struct recall *recall = calloc(1, sizeof(*recall));

	if (recall == NULL)
		return NULL;
	recall->agent = agent;
	list_init(&recall->lots);
	return recall;
}

static void
lot_free(struct lot *lot)
{
	list_remove(&lot->link);
	revoking_free(lot->revoking);
	free(lot);
}

void
recall_stop(struct recall *recall)
{
	struct lot *lot;

	list_each (lot, &recall->lots, link)
		lot_free(lot);
}

void
recall_free(struct recall *recall)
{
	if (recall == NULL)
		return;
	recall_stop(recall);
	timer_free(recall->timer);
	free(recall);
}

static void
check_empty(struct recall *recall)
{
	void (*empty)(void *arg) = recall->empty;

	if (empty == NULL || !list_empty(&recall->lots))
		return;
	recall->empty = NULL;
	empty(recall->arg);
}

void
recall_on_empty(struct recall *recall, void (*empty)(void *arg), void *arg)
{
	recall->empty = empty;
	recall->arg = arg;
	check_empty(recall);
}

static void
tried(void *arg)
{
	struct lot *lot = arg;
	struct recall *recall = lot->recall;

	lot_free(lot);
	check_empty(recall);
}

static bool
is_due(const struct ledger_line *line, int64_t now)
{
	return line->due != 0 && line->due <= now;
}

/* Takes back every line that is due. */
static void
take_back(struct recall *recall, int64_t now)
{
	struct lot *lot = calloc(1, sizeof(*lot));
	struct ledger_line *line;

	if (lot == NULL ||
	    (lot->revoking = revoking_new(recall->agent, tried, lot)) == NULL) {
		free(lot);
		return;
	}
	lot->recall = recall;
	list_append(&recall->lots, &lot->link);
	list_each (line, ledger_lines(recall->agent->ledger), link)
		if (is_due(line, now))
			revoking_add(lot->revoking, line);
	revoking_start(lot->revoking, clock_ms() + REVOKING_MS);
}

static void
due(void *arg)
{
	struct recall *recall = arg;
	struct ledger_line *line;
	int64_t now = clock_ms();

	recall->timer = NULL;
	if (recall->agent->ending != NULL)
		return;
	take_back(recall, now);
	list_each (line, ledger_lines(recall->agent->ledger), link)
		if (is_due(line, now))
			line->due = now + AGAIN_MS;
	recall_due(recall);
}

void
recall_due(struct recall *recall)
{
	struct ledger_line *line;
	int64_t first = 0;

	list_each (line, ledger_lines(recall->agent->ledger), link)
		if (line->due != 0 && (first == 0 || line->due < first))
			first = line->due;
	timer_free(recall->timer);
	recall->timer =
	    first == 0 ? NULL
		       : loop_timer(recall->agent->loop, first, due, recall);
}

void
recall_session(struct recall *recall, const char *session)
{
	struct vault *vault = recall->agent->vault;
	int64_t now = clock_ms();
	struct ledger_line *line;
	struct entry *entry;

	list_each (entry, vault_entries(vault), link)
		if (strcmp(entry->session, session) == 0)
			vault_drop(vault, entry);
	list_each (line, ledger_lines(recall->agent->ledger), link)
		if (strcmp(line->road->session, session) == 0)
			line->due = now;
	timer_free(recall->timer);
	due(recall);
}
