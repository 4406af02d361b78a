/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/audit_inner.h"
#include "base/clock.h"

#define ROWS 128
#define FLUSH_MS 10000
#define FIELDS 5

/* What happens often is counted: one record says how often, from when to when,
 * and which process was the last. */
struct row {
	uint64_t hash;
	const char *type;
	char *fields[FIELDS]; /* session, tool, target, credential, sha256 */
	int64_t count;
	int64_t first, last; /* unix seconds */
	pid_t pid;
};

struct hits {
	struct row rows[ROWS];
	size_t count;
	struct timer *timer;
};

struct hits *
hits_new(void)
{
	return calloc(1, sizeof(struct hits));
}

static void
row_clear(struct row *row)
{
	for (size_t i = 0; i < FIELDS; i++)
		free(row->fields[i]);
	*row = (struct row){.hash = 0};
}

void
hits_free(struct hits *hits)
{
	if (hits == NULL)
		return;
	for (size_t i = 0; i < hits->count; i++)
		row_clear(&hits->rows[i]);
	timer_free(hits->timer);
	free(hits);
}

static void
write_row(struct audit *audit, const struct row *row)
{
	struct event event;

	audit_start(audit, &event, row->type, row->fields[2]);
	audit_actor(audit, &event, row->fields[0]);
	event_text(&event, "verdict",
	    strcmp(row->type, "deny") == 0 ? "deny" : "allow");
	event_text(&event, "tool", row->fields[1]);
	event_text(&event, "target", row->fields[2]);
	event_text(&event, "credential", row->fields[3]);
	event_text(&event, "sha256", row->fields[4]);
	event_number(&event, "count", row->count);
	event_time(&event, "first", row->first);
	event_time(&event, "last", row->last);
	event_number(&event, "last_pid", row->pid);
	audit_keep(audit, &event, false);
}

void
hits_flush(struct audit *audit)
{
	struct hits *hits = audit->hits;

	timer_free(hits->timer);
	hits->timer = NULL;
	for (size_t i = 0; i < hits->count; i++) {
		if (hits->rows[i].count > 0)
			write_row(audit, &hits->rows[i]);
		row_clear(&hits->rows[i]);
	}
	hits->count = 0;
}

static void
due(void *arg)
{
	struct audit *audit = arg;

	audit->hits->timer = NULL;
	hits_flush(audit);
}

/* FNV-1a; only to find the row. */
static uint64_t
hash_of(const char *const fields[FIELDS])
{
	uint64_t hash = 14695981039346656037ULL;

	for (size_t i = 0; i < FIELDS; i++) {
		for (const char *c = fields[i]; *c != '\0'; c++)
			hash = (hash ^ (unsigned char)*c) * 1099511628211ULL;
		hash = (hash ^ 0xff) * 1099511628211ULL;
	}
	return hash;
}

static bool
is_same(const struct row *row, const char *type,
    const char *const fields[FIELDS])
{
	if (strcmp(row->type, type) != 0)
		return false;
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(row->fields[i], fields[i]) != 0)
			return false;
	return true;
}

static struct row *
find(struct hits *hits, uint64_t hash, const char *type,
    const char *const fields[FIELDS])
{
	for (size_t i = 0; i < hits->count; i++)
		if (hits->rows[i].hash == hash &&
		    is_same(&hits->rows[i], type, fields))
			return &hits->rows[i];
	return NULL;
}

static struct row *
add(struct audit *audit, uint64_t hash, const char *type,
    const char *const fields[FIELDS])
{
	struct hits *hits = audit->hits;
	struct row *row;

	if (hits->count == ROWS)
		hits_flush(audit);
	row = &hits->rows[hits->count];
	row->hash = hash;
	row->type = type;
	for (size_t i = 0; i < FIELDS; i++)
		if ((row->fields[i] = strdup(fields[i])) == NULL) {
			row_clear(row);
			return NULL;
		}
	row->first = clock_unix();
	hits->count++;
	if (hits->timer == NULL)
		hits->timer = loop_timer(audit->agent->loop,
		    clock_ms() + FLUSH_MS, due, audit);
	return row;
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

bool
hits_count(struct audit *audit, const struct hit *hit, bool told)
{
	const char *const fields[FIELDS] = {or_empty(hit->session),
	    or_empty(hit->tool), or_empty(hit->target),
	    or_empty(hit->credential), or_empty(hit->sha256)};
	uint64_t hash = hash_of(fields);
	struct row *row = find(audit->hits, hash, hit->type, fields);
	bool found = row != NULL;

	if (row == NULL &&
	    (row = add(audit, hash, hit->type, fields)) == NULL)
		return false;
	if (found || !told) {
		if (row->count++ == 0)
			row->first = clock_unix();
		row->last = clock_unix();
		row->pid = hit->pid;
	}
	return found;
}
