/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_TALLY_H
#define DAYPASS_AGENT_TALLY_H

#include <stdint.h>

#include "base/error.h"

/* What status tells of the past: counters, and the latest failures. */
#define TALLY_FAILURES 16

struct failure {
	int64_t at; /* unix seconds; 0: no failure here */
	struct error err;
};

struct tally {
	uint64_t hits;	/* answered from the vault */
	uint64_t mints; /* identities and exchanges that were run */
	uint64_t waits; /* askers who had to wait for a mint */
	uint64_t refreshes;
	uint64_t revocations;
	uint64_t failures;
	uint64_t failures_at[STAGE_COUNT];
	struct failure latest[TALLY_FAILURES];
	unsigned next;
};

void tally_failure(struct tally *tally, const struct error *err);

/* The i-th latest failure, the newest first; NULL behind the oldest. */
const struct failure *tally_latest(const struct tally *tally, unsigned i);

#endif
