/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "tap.h"

static const struct {
	const char *text;
	int64_t expected;
} dates[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"2000-02-29T00:00:00Z", 951782400},
    {"2001-09-09T01:46:40Z", 1000000000},
    {"2024-12-31T23:59:59Z", 1735689599},
    {"2026-01-02T03:04:05Z", 1767323045},
    {"2026-01-02t03:04:05z", 1767323045},
    {"2026-01-02 03:04:05Z", 1767323045},
    {"2026-01-02T03:04:05.9Z", 1767323045},
    {"2026-01-02T03:04:05.123456789Z", 1767323045},
    {"2026-01-02T03:04:05+00:00", 1767323045},
    {"2026-01-02T04:04:05+01:00", 1767323045},
    {"2026-01-01T19:34:05-07:30", 1767323045},
    {"2026-01-01T19:34:05-0730", 1767323045},
    {"2026-01-02T03:04:05.5+0000", 1767323045},
    {"2016-12-31T23:59:60Z", 1483228800},
    {"9999-12-31T23:59:59Z", 253402300799},
    {"", -1},
    {"never", -1},
    {"2026-01-02", -1},
    {"2026-01-02T03:04:05", -1},
    {"2026-01-02T03:04:05ZZ", -1},
    {"2026-01-02T03:04:05Z ", -1},
    {"2026-01-02T03:04:05+25:00", -1},
    {"2026-01-02T03:04:05+01:60", -1},
    {"2026-01-02T03:04:05+1", -1},
    {"2026-01-02T03:04:05.5", -1},
    {"2026-13-02T03:04:05Z", -1},
    {"2026-00-02T03:04:05Z", -1},
    {"2026-01-32T03:04:05Z", -1},
    {"2026-01-02T24:04:05Z", -1},
    {"2026-01-02T03:60:05Z", -1},
    {"2026-01-02T03:04:61Z", -1},
    {"2026/01/02T03:04:05Z", -1},
    {"2026-01-02X03:04:05Z", -1},
    {"-026-01-02T03:04:05Z", -1},
    {" 2026-01-02T03:04:05Z", -1},
    {"2026-1-2T3:4:5Z", -1},
    {"2026-01-02T 3:04:05Z", -1},
    {"2026-01-02T03:04:05.Z", -1},
    {"2026-01-02T03:04:05+-1:00", -1},
    {"2026-01-02T03:04:05+1:00", -1},
    {"2026-02-30T03:04:05Z", -1},
    {"2026-02-29T03:04:05Z", -1},
    {"2024-02-29T03:04:05Z", 1709175845},
    {"2026-04-31T03:04:05Z", -1},
    {"1970-01-01T00:00:00+00:01", -1},
    {"9999-12-31T23:59:59-00:01", -1},
    {"1970-01-01T00:00:00-00:01", 60},
    {"20260-1-02T03:04:05Z", -1},
};

static void
test_dates(void)
{
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		tap_number(clock_parse_rfc3339(dates[i].text),
		    dates[i].expected, "date '%s'", dates[i].text);
}

/* Against the C library, on days all over the calendar. */
static void
test_calendar(void)
{
	char ours[CLOCK_TEXT], theirs[64];
	int64_t wrong = 0, back = 0, step = 86400 * 3 + 12345;

	for (int64_t at = 0; at < 253402300800; at += step) {
		time_t then = (time_t)at;
		struct tm tm;

		strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ",
		    gmtime_r(&then, &tm));
		wrong += strcmp(clock_rfc3339(at, ours), theirs) != 0;
		back += clock_parse_rfc3339(ours) != at;
	}
	tap_number(wrong, 0, "written as the C library does");
	tap_number(back, 0, "and read back");
	tap_is(clock_rfc3339(-1, ours), "1969-12-31T23:59:59Z",
	    "a second before the epoch");
}

static void
test_http(void)
{
	static const struct {
		const char *text;
		int64_t expected;
	} http[] = {
	    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
	    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
	    {"Tue, 29 Feb 2028 23:59:59 GMT", 1835481599},
	    {"Sunday, 06-Nov-94 08:49:37 GMT", -1},
	    {"Sun Nov  6 08:49:37 1994", -1},
	    {"Sun, 06 Nov 1994 08:49:37", -1},
	    {"Sun, 06 Nov 1994 08:49:37 CET", -1},
	    {"Sun, 06 Nop 1994 08:49:37 GMT", -1},
	    {"Sun, 06 anF 1994 08:49:37 GMT", -1},
	    {"Sun, 06 Nov 1994 28:49:37 GMT", -1},
	    {"Sun, 06 Nov 1994 08:49:37 GMT+1", -1},
	    {"Sun, 31 Nov 1994 08:49:37 GMT", -1},
	    {"120", -1},
	    {"", -1},
	};

	for (size_t i = 0; i < sizeof(http) / sizeof(http[0]); i++)
		tap_number(clock_parse_http(http[i].text), http[i].expected,
		    "HTTP date '%s'", http[i].text);
}

static void
test_durations(void)
{
	static const struct {
		const char *text;
		int64_t expected;
	} durations[] = {
	    {"0", 0},
	    {"90", 90},
	    {"90s", 90},
	    {"15m", 900},
	    {"1h", 3600},
	    {"007", 7},
	    {"87840h", 316224000},
	    {"87841h", -1},
	    {"316224000", 316224000},
	    {"316224001", -1},
	    {"99999999999999999999", -1},
	    {"", -1},
	    {"s", -1},
	    {"1d", -1},
	    {"1H", -1},
	    {"1hh", -1},
	    {"1h30m", -1},
	    {"-1", -1},
	    {"+1", -1},
	    {" 1", -1},
	    {"1 s", -1},
	    {"1.5h", -1},
	};

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		tap_number(clock_parse_duration(durations[i].text),
		    durations[i].expected, "duration '%s'", durations[i].text);
}

static void
test_now(void)
{
	struct timespec boot, nap = {.tv_nsec = 20000000};
	int64_t before = clock_ms(), after;

	nanosleep(&nap, NULL);
	after = clock_ms();
	tap_ok(after >= before + 20 && after < before + 10000,
	    "milliseconds go on");
	clock_gettime(CLOCK_BOOTTIME, &boot);
	tap_ok(boot.tv_sec - clock_ms() / 1000 <= 1, "since boot");
	tap_ok(time(NULL) - clock_unix() <= 1, "seconds since the epoch");
}

int
main(void)
{
	test_dates();
	test_calendar();
	test_http();
	test_durations();
	test_now();
	return tap_done();
}
