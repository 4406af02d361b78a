/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_METRICS_H
#define DAYPASS_HELPERS_CALLOUT_METRICS_H

#include <stdint.h>

#include "base/buffer.h"
#include "helpers/callout/refusal.h"

/* Counted since the start, in Prometheus's text format 0.0.4. */
#define METRICS_BUCKETS 13

struct metrics {
	uint64_t decisions[REASON_COUNT]; /* REASON_NONE: allowed */
	uint64_t buckets[METRICS_BUCKETS];
	uint64_t answered;
	uint64_t microseconds; /* of all together */
	uint64_t waited;       /* for an issuer's keys */
};

/* From a request's arrival until its answer is out. */
void metrics_answered(
    struct metrics *metrics, enum reason reason, int64_t microseconds);
void metrics_print(const struct metrics *metrics, struct buffer *out);

#endif
