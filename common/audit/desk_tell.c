/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/desk.h"

static int64_t
waits(const struct desk *desk, const struct sink *sink)
{
	int64_t count = 0;

	if (!sink->is_book)
		return spool_waiting(sink->spool);
	for (const struct waiting *one = desk->first; one != NULL;
	     one = one->next)
		count++;
	return count;
}

int
desk_tell_taken(const struct desk *desk, struct writing *writing)
{
	const struct head *head =
	    desk->book != NULL ? journal_head(desk->journal) : &desk->head;

	writing_number(writing, "taken", desk->taken);
	writing_number(writing, "done", desk->done);
	writing_number(writing, "sequence", head->sequence);
	writing_add(writing, "hash", head->hash);
	return writing_end(writing);
}

int
desk_tell_state(const struct desk *desk, struct writing *writing)
{
	for (size_t i = 0; i < desk->count; i++) {
		const struct sink *sink = &desk->sinks[i];

		writing_add(writing, "ok", sink->failing ? "no" : "yes");
		writing_number(writing, "waiting", waits(desk, sink));
		writing_number(writing, "lost", sink->lost_ever);
		writing_add(writing, "error", sink->failing ? sink->why : "");
	}
	return writing_end(writing);
}
