/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/tally.h"
#include "base/clock.h"
#include "tap.h"

static void
fail(struct tally *tally, enum stage stage, int number)
{
	struct error err;

	error_set(&err, FAULT_REFUSED, "failure %d", number);
	error_at(&err, stage);
	tally_failure(tally, &err);
}

static void
latest(const struct tally *tally, unsigned i, int number)
{
	const struct failure *failure = tally_latest(tally, i);
	char text[32];

	snprintf(text, sizeof(text), "failure %d", number);
	tap_is(failure == NULL ? NULL : failure->err.text, text,
	    "the latest but %u", i);
}

int
main(void)
{
	static struct tally tally;

	tap_ok(tally_latest(&tally, 0) == NULL, "no failure yet");
	fail(&tally, STAGE_IDENTITY, 1);
	fail(&tally, STAGE_EXCHANGE, 2);
	latest(&tally, 0, 2);
	latest(&tally, 1, 1);
	tap_ok(tally_latest(&tally, 2) == NULL, "and no other");
	tap_ok(clock_unix() - tally_latest(&tally, 0)->at <= 2, "its time");
	for (int i = 3; i <= TALLY_FAILURES + 5; i++)
		fail(&tally, STAGE_EXCHANGE, i);
	latest(&tally, 0, TALLY_FAILURES + 5);
	latest(&tally, TALLY_FAILURES - 1, 6);
	tap_ok(tally_latest(&tally, TALLY_FAILURES) == NULL,
	    "the oldest are forgotten");
	tap_ok(tally_latest(&tally, UINT32_MAX) == NULL, "far behind them");
	tap_number((int64_t)tally.failures, TALLY_FAILURES + 5, "all count");
	tap_number((int64_t)tally.failures_at[STAGE_IDENTITY], 1, "by stage");
	tap_number((int64_t)tally.failures_at[STAGE_EXCHANGE],
	    TALLY_FAILURES + 4, "each");
	return tap_done();
}
