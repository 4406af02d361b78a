/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/callout/metrics.h"

/* Microseconds, and how Prometheus is told: in seconds. */
static const struct {
	int64_t most;
	const char *label;
} bounds[METRICS_BUCKETS] = {{250, "0.00025"}, {500, "0.0005"}, {1000, "0.001"},
    {2500, "0.0025"}, {5000, "0.005"}, {10000, "0.01"}, {25000, "0.025"},
    {50000, "0.05"}, {100000, "0.1"}, {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"}, {2500000, "2.5"}};

void
metrics_answered(
    struct metrics *metrics, enum reason reason, int64_t microseconds)
{
	metrics->decisions[reason]++;
	metrics->answered++;
	metrics->microseconds += (uint64_t)microseconds;
	for (int i = 0; i < METRICS_BUCKETS; i++)
		metrics->buckets[i] += microseconds <= bounds[i].most;
}

static void
head(struct buffer *out, const char *name, const char *type, const char *help)
{
	buffer_printf(out,
	    "# HELP daypass_nats_%s %s\n# TYPE daypass_nats_%s %s\n", name,
	    help, name, type);
}

static void
print_latency(const struct metrics *metrics, struct buffer *out)
{
	head(out, "decision_seconds", "histogram",
	    "From a request's arrival until its answer is out.");
	for (int i = 0; i < METRICS_BUCKETS; i++)
		buffer_printf(out,
		    "daypass_nats_decision_seconds_bucket{le=\"%s\"} %llu\n",
		    bounds[i].label, (unsigned long long)metrics->buckets[i]);
	buffer_printf(out,
	    "daypass_nats_decision_seconds_bucket{le=\"+Inf\"} %llu\n"
	    "daypass_nats_decision_seconds_sum %llu.%06llu\n"
	    "daypass_nats_decision_seconds_count %llu\n",
	    (unsigned long long)metrics->answered,
	    (unsigned long long)metrics->microseconds / 1000000,
	    (unsigned long long)metrics->microseconds % 1000000,
	    (unsigned long long)metrics->answered);
}

void
metrics_print(const struct metrics *metrics, struct buffer *out)
{
	head(out, "allowed_total", "counter", "Connections that were let in.");
	buffer_printf(out, "daypass_nats_allowed_total %llu\n",
	    (unsigned long long)metrics->decisions[REASON_NONE]);
	head(out, "refused_total", "counter",
	    "Connections that were refused, by reason.");
	for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
		buffer_printf(out,
		    "daypass_nats_refused_total{reason=\"%s\"} %llu\n",
		    reason_name((enum reason)reason),
		    (unsigned long long)metrics->decisions[reason]);
	head(out, "waited_total", "counter",
	    "Requests that waited for an issuer's keys.");
	buffer_printf(out, "daypass_nats_waited_total %llu\n",
	    (unsigned long long)metrics->waited);
	print_latency(metrics, out);
}
