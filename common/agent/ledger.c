/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "agent/ledger.h"
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
	list_remove(&line->link);
	credential_free(line->credential);
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
ledger_takes(const struct step *step, const struct credential *credential)
{
	const char *revoke = settings_get(step->settings, "revoke");

	return credential->revocable && step->exchange != NULL &&
	       step->exchange->revoke != NULL &&
	       (revoke == NULL || text_boolean(revoke) != 0);
}

struct ledger_line *
ledger_add(struct ledger *ledger, struct road *road, size_t step,
    const struct credential *credential)
{
	struct ledger_line *line;

	if (!ledger_takes(&road->steps[step], credential) ||
	    (line = calloc(1, sizeof(*line))) == NULL)
		return NULL;
	line->credential = credential_copy(credential);
	line->road = road_keep(road);
	line->step = step;
	line->lifetime = lifetime_of(credential);
	list_append(&ledger->lines, &line->link);
	if (line->credential != NULL)
		return line;
	ledger_strike(line);
	return NULL;
}

void
ledger_expire(struct ledger *ledger)
{
	struct ledger_line *line;

	list_each (line, &ledger->lines, link)
		if (!line->revoking && lifetime_left(&line->lifetime) <= 0)
			ledger_strike(line);
}

struct link *
ledger_lines(struct ledger *ledger)
{
	return &ledger->lines;
}
