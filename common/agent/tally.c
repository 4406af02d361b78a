/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tally.h"
#include "base/clock.h"

void
tally_failure(struct tally *tally, const struct error *err)
{
	struct failure *failure = &tally->latest[tally->next];

	failure->at = clock_unix();
	failure->err = *err;
	tally->next = (tally->next + 1) % TALLY_FAILURES;
	tally->failures++;
	if (err->stage < STAGE_COUNT)
		tally->failures_at[err->stage]++;
}

const struct failure *
tally_latest(const struct tally *tally, unsigned i)
{
	const struct failure *failure;

	if (i >= TALLY_FAILURES)
		return NULL;
	failure = &tally->latest[(tally->next + TALLY_FAILURES - 1 - i) %
				 TALLY_FAILURES];
	return failure->at == 0 ? NULL : failure;
}
