/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/rest.h"
#include "shift.h"
#include "tap.h"

static const unsigned char *
key(unsigned n)
{
	static unsigned char bytes[DIGEST_SIZE];

	memcpy(bytes, &n, sizeof(n));
	return bytes;
}

static struct rests *rests;

static void
fail(unsigned n, const char *text)
{
	struct error err;

	error_set(&err, FAULT_NETWORK, "%s", text);
	rest_failed(rests, key(n), &err);
}

/* The error with which it rests, or NULL. */
static const char *
resting(unsigned n)
{
	static struct error err;

	err = (struct error){.fault = FAULT_NONE};
	return rest_now(rests, key(n), &err) ? err.text : NULL;
}

/* A rest is this long, to a tenth of a second. */
static void
lasts(int64_t ms)
{
	shift_time(ms - 100);
	tap_is(resting(1), "down", "it rests for %lld ms", (long long)ms);
	shift_time(200);
	tap_is(resting(1), NULL, "and no longer");
}

static void
test_resting(void)
{
	static const int64_t spans[] = {
	    1000, 2000, 4000, 8000, 16000, 30000, 30000};

	tap_is(resting(1), NULL, "nothing rests that did not fail");
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		fail(1, "down");
		tap_is(resting(2), NULL, "another key does not rest");
		lasts(spans[i]);
	}
	rest_over(rests, key(1));
	tap_is(resting(1), NULL, "once it went well it does not rest");
	fail(1, "down");
	lasts(1000);
	rest_over(rests, key(1));
	rest_over(rests, key(1));
	fail(1, "one");
	fail(1, "two");
	tap_is(resting(1), "two", "the latest error is told");
	rest_over(rests, key(1));
}

static void
test_erasing(void)
{
	tap_ok(!rest_erased(rests, key(3)), "an erase");
	shift_time(9000);
	tap_ok(rest_erased(rests, key(3)), "another within 10 s");
	tap_ok(!rest_erased(rests, key(4)), "of another key");
	shift_time(11000);
	tap_ok(!rest_erased(rests, key(3)), "one later than that");
	rest_over(rests, key(3));
	shift_time(5000);
	tap_ok(rest_erased(rests, key(3)), "a mint in between is no excuse");
	tap_is(resting(3), NULL, "an erased key does not rest");
}

/* The error with which a key was rejected, or NULL. */
static const char *
rejected(unsigned n, bool look)
{
	static struct error got;

	got = (struct error){.fault = FAULT_NONE};
	if (!rest_rejected(rests, key(n), look, &got))
		return NULL;
	return got.fault == FAULT_REFUSED ? got.text : "another fault";
}

static void
test_rejecting(void)
{
	struct error err;

	tap_is(rejected(5, false), NULL, "nothing was rejected");
	error_set(&err, FAULT_REFUSED, "the tool rejects it");
	rest_reject(rests, key(5), &err);
	tap_is(resting(5), NULL, "what is rejected does not rest");
	tap_is(rejected(6, false), NULL, "another key");
	tap_is(rejected(5, true), "the tool rejects it", "a look");
	tap_is(rejected(5, true), "the tool rejects it", "changes nothing");
	tap_is(rejected(5, false), "the tool rejects it", "the next get fails");
	tap_is(rejected(5, false), NULL, "once");
	rest_reject(rests, key(5), &err);
	shift_time(29000);
	tap_is(rejected(5, true), "the tool rejects it", "half a minute long");
	shift_time(2000);
	tap_is(rejected(5, false), NULL, "and no longer");
}

/* The least recently touched are forgotten. */
static void
test_many(void)
{
	fail(1000, "first");
	for (unsigned i = 0; i < 600; i++)
		fail(2000 + i, "more");
	tap_is(resting(1000), NULL, "the oldest of too many is forgotten");
	tap_is(resting(2599), "more", "the newest is not");
	fail(2100, "again");
	for (unsigned i = 0; i < 500; i++)
		fail(3000 + i, "more");
	tap_is(resting(2100), "again", "what is touched counts as new");
}

int
main(void)
{
	rests = rests_new();
	test_resting();
	test_erasing();
	test_rejecting();
	test_many();
	rests_free(rests);
	rests_free(NULL);
	return tap_done();
}
