/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/lifetime.h"
#include "base/clock.h"
#include "shift.h"
#include "tap.h"

#define HOUR (60 * 60)

/* Of a credential that was issued and expires so many seconds from now. */
static struct lifetime
life(int64_t issued, int64_t expires)
{
	struct credential credential = {
	    .issued = clock_unix() + issued,
	    .expires = clock_unix() + expires,
	};

	return lifetime_of(&credential);
}

/* Clocks go on while a test runs. */
static bool
about(int64_t got, int64_t expected, const char *what)
{
	return tap_ok(got >= expected - 2 && got <= expected + 2, "%s: %lld",
	    what, (long long)got);
}

static void
test_of(void)
{
	struct credential unsaid = {.kind = KIND_BEARER};
	struct lifetime lifetime = lifetime_of(&unsaid);

	about(lifetime_left(&lifetime), LIFETIME_UNSAID, "no expiry is said");
	about(lifetime.length, LIFETIME_UNSAID, "its length");
	lifetime = life(-100, HOUR);
	about(lifetime_left(&lifetime), HOUR, "what is left of one");
	about(lifetime.length, HOUR + 100, "counted from its issue");
	lifetime = life(500, HOUR);
	about(lifetime.length, HOUR, "one that is issued in the future");
	lifetime = life(-HOUR, -10);
	about(lifetime_left(&lifetime), -10, "one that is over");
	tap_ok(!lifetime_enough(&lifetime, KIND_BEARER, 0), "is not enough");
}

/* The most that a credential's block can say. */
static void
test_far(void)
{
	struct credential far = {.expires = INT64_MAX};
	struct lifetime lifetime = lifetime_of(&far);

	tap_ok(lifetime_left(&lifetime) > 365 * 86400LL, "one for ever");
	tap_ok(lifetime_enough(&lifetime, KIND_AWS, HOUR), "is enough");
	tap_ok(!lifetime_ripe(&lifetime), "and never ripe");
}

static void
test_clocks(void)
{
	struct lifetime lifetime = life(0, HOUR);

	shift_time(10 * 60 * 1000);
	about(lifetime_left(&lifetime), 50 * 60, "time passes");
	shift_wall(-30 * 60 * 1000);
	about(lifetime_left(&lifetime), 50 * 60,
	    "a wall clock put back makes it no younger");
	shift_wall(45 * 60 * 1000);
	about(
	    lifetime_left(&lifetime), 35 * 60, "one put ahead makes it older");
	shift_wall(-15 * 60 * 1000);
	shift_time(60 * 60 * 1000);
	about(lifetime_left(&lifetime), -10 * 60, "over");
}

/* How much must be left, for a life of that length. */
static void
enough(unsigned kind, int64_t length, int64_t min_ttl, int64_t wanted)
{
	struct lifetime more = life(wanted + 5 - length, wanted + 5);
	struct lifetime less = life(wanted - 5 - length, wanted - 5);

	tap_ok(lifetime_enough(&more, kind, min_ttl),
	    "%s of %lld s: more than %lld s is enough", kind_name(kind),
	    (long long)length, (long long)wanted);
	tap_ok(!lifetime_enough(&less, kind, min_ttl), "less is not");
}

static void
test_enough(void)
{
	enough(KIND_BEARER, 120, 0, 60);
	enough(KIND_BEARER, 240, 0, 60);
	enough(KIND_BEARER, HOUR, 0, 15 * 60);
	enough(KIND_BASIC, 12 * HOUR, 0, 3 * HOUR);
	enough(KIND_BEARER, HOUR, 1200, 1200);
	enough(KIND_BEARER, HOUR, 600, 15 * 60);
	enough(KIND_AWS, 15 * 60, 0, 225);
	enough(KIND_AWS, 30 * 60, 0, 450);
	enough(KIND_AWS, 31 * 60, 0, 15 * 60);
	enough(KIND_BEARER, 31 * 60, 0, 465);
	enough(KIND_AWS, 12 * HOUR, 0, 3 * HOUR);
	enough(KIND_AWS, HOUR, 2400, 2400);
}

static void
test_ripe(void)
{
	struct lifetime lifetime = life(0, HOUR);

	tap_ok(!lifetime_ripe(&lifetime), "a fresh one is not ripe");
	shift_time(35 * 60 * 1000);
	tap_ok(!lifetime_ripe(&lifetime), "nor at 58 %% of its life");
	shift_time(2 * 60 * 1000);
	tap_ok(lifetime_ripe(&lifetime), "it is at 62 %%");
}

int
main(void)
{
	test_of();
	test_clocks();
	test_enough();
	test_ripe();
	test_far();
	return tap_done();
}
