/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "agent/ledger.h"
#include "agent/mint.h"
#include "base/clock.h"
#include "base/text.h"

struct ledger {
	struct link lines;
};

struct ledger *
ledger_new(void)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (ledger != NULL)
		list_init(&ledger->lines);
	return ledger;
}

void
ledger_strike(struct ledger_line *line)
{
	if (line == NULL)
		return;
	list_remove(&line->link);
	credential_free(line->credential);
	secret_free(line->unread);
	road_release(line->road);
	free(line);
}

void
ledger_free(struct ledger *ledger)
{
	struct ledger_line *line;

	if (ledger == NULL)
		return;
	list_each (line, &ledger->lines, link)
		ledger_strike(line);
	free(ledger);
}

/* `revoke = no` leaves a credential to its expiry. */
bool
ledger_may_take(const struct step *step)
{
	const char *revoke = settings_get(step->settings, "revoke");

	return step->exchange != NULL && step->exchange->revoke != NULL &&
	       (revoke == NULL || text_boolean(revoke) != 0);
}

bool
ledger_takes(const struct step *step, const struct credential *credential)
{
	return credential->revocable && ledger_may_take(step);
}

struct ledger_line *
ledger_blank(struct road *road, size_t step)
{
	struct ledger_line *line = calloc(1, sizeof(*line));

	if (line == NULL)
		return NULL;
	list_init(&line->link);
	line->road = road_keep(road);
	line->step = step;
	return line;
}

static void
write_down(struct ledger *ledger, struct ledger_line *line,
    struct credential *credential)
{
	line->credential = credential;
	line->lifetime = lifetime_of(credential);
	list_append(&ledger->lines, &line->link);
}

int
ledger_write(struct ledger *ledger, struct ledger_line *line,
    const struct credential *credential)
{
	struct credential *copy = credential_copy(credential);

	if (copy == NULL)
		return -1;
	write_down(ledger, line, copy);
	return 0;
}

void
ledger_keep(struct ledger *ledger, struct ledger_line *line,
    struct credential *credential)
{
	write_down(ledger, line, credential);
	line->due = clock_ms();
}

/* How long it lives is not known before it is read. */
void
ledger_keep_unread(
    struct ledger *ledger, struct ledger_line *line, struct secret *unread)
{
	line->unread = unread;
	line->due = clock_ms();
	list_append(&ledger->lines, &line->link);
}

bool
ledger_read(struct ledger_line *line)
{
	if (line->credential != NULL)
		return true;
	if ((line->credential = mint_read(line->unread)) == NULL)
		return false;
	line->lifetime = lifetime_of(line->credential);
	secret_free(take(&line->unread));
	return true;
}

void
ledger_expire(struct ledger *ledger)
{
	struct ledger_line *line;

	list_each (line, &ledger->lines, link)
		if (!line->revoking && line->credential != NULL &&
		    lifetime_left(&line->lifetime) <= 0)
			ledger_strike(line);
}

struct link *
ledger_lines(struct ledger *ledger)
{
	return &ledger->lines;
}
