/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "helpers/callout/network.h"
#include "helpers/callout/replay.h"
#include "helpers/callout/scrape.h"
#include "helpers/callout/subject.h"
#include "tap.h"

/* What a claim gives by a shape: "name=value,...", "no", or why the shape is
 * none. */
static const char *
match(const char *text, const char *claim)
{
	static char result[512];
	struct captures captures = {.count = 0};
	struct error err = {.fault = FAULT_NONE};
	scoped(shape) struct shape *shape = shape_new(text, &err);
	size_t used = 0;

	if (shape == NULL) {
		snprintf(result, sizeof(result), "%.500s", err.text);
		return result;
	}
	if (!shape_match(shape, claim, &captures))
		return "no";
	strcpy(result, "yes");
	for (size_t i = 0; i < captures.count; i++)
		used += (size_t)snprintf(result + used, sizeof(result) - used,
		    "%.*s=%.*s,", (int)captures.list[i].name_length,
		    captures.list[i].name, (int)captures.list[i].length,
		    captures.list[i].value);
	return result;
}

static void
shapes(void)
{
	static const char web[] = "org:acme/prj:web/env:{env}";
	static const char branch[] = "repo:acme/{repo}:ref:refs/heads/main";

	tap_is(match(web, "org:acme/prj:web/env:7f3"), "env=7f3,", "captures");
	tap_is(match(web, "org:acme/prj:web/env:"), "no", "nothing: no");
	tap_is(match(web, "org:acme/prj:web/env:a/b"), "no", "no slash");
	tap_is(match(web, "org:acme/prj:web/env:a:b"), "no", "no colon");
	tap_is(match(web, "org:acme/prj:web/env:a.b"), "env=a.b,",
	    "a dot is captured, to be refused");
	tap_is(match(web, "xorg:acme/prj:web/env:a"), "no", "from its start");
	tap_is(match(branch, "repo:acme/web:ref:refs/heads/main"), "repo=web,",
	    "in the middle");
	tap_is(match(branch, "repo:acme/web:ref:refs/heads/main2"), "no",
	    "to its end");
	tap_is(match("{a}-{b}", "x-y"), "a=x,b=y,", "two");
	tap_is(match("{a}-{b}", "x-y-z"), "a=x,b=y-z,",
	    "the first ends where its end stands first");
	tap_is(match("{a}@x", "y@z@x"), "no", "and is not tried longer");
	tap_is(match("user:*.example", "user:a.example"), "yes", "a star");
	tap_is(match("user:*.example", "user:a.b.example"), "no",
	    "crosses no dot");
	tap_is(match("user:*", "user:"), "no", "and is not empty");
	tap_is(match("repo:**", "repo:a/b:c.d"), "yes", "two stars cross all");
	tap_is(match("repo:**", "repo:"), "yes", "also nothing");
	tap_is(match("true", "true"), "yes", "text alone");
	tap_is(match("{a}{b}", ""),
	    "has two wildcards side by side: nothing says where one ends",
	    "side by side");
	tap_is(match("**x", ""), "has ** before its end", "two stars");
	tap_is(match("{a}/{a}", ""), "captures one name twice", "twice");
	tap_is(match("{A}", ""),
	    "has a brace that is no {name} of a-z, 0-9, - and _", "capitals");
	tap_is(match("a}", ""),
	    "has a brace that is no {name} of a-z, 0-9, - and _", "a brace");
	tap_is(match("", ""), "is empty", "empty");
}

static const char *
check(const char *subject, bool queue)
{
	static struct error err;

	err.text[0] = '\0';
	return subject_check(subject, queue, &err) == 0 ? "good" : err.text;
}

static const char *
fill(const char *subject, const char *value)
{
	static char filled[SUBJECT_MAX];
	static struct refusal why;
	struct captures captures = {
	    .count = 1, .list[0] = {"env", 3, value, strlen(value)}};

	return subject_fill(subject, &captures, filled, &why) == 0
		   ? filled
		   : reason_name(why.reason);
}

static void
subjects(void)
{
	char longest[600];

	tap_is(check("web.{env}.>", false), "good", "a subject");
	tap_is(check("a", false), "good", "one token");
	tap_is(check(">", false), "good", "everything");
	tap_is(check("a.*.b", false), "good", "a star");
	tap_is(check("$JS.API.>", false), "good", "a dollar");
	tap_is(check("a.x-{env}.b", false), "good", "a part of a token");
	tap_is(check("a q", true), "good", "a queue");
	tap_is(check("a q.{env}", true), "good", "a queue of one's own");
	tap_ok(strcmp(check("a q", false), "good") != 0, "no queue here");
	tap_ok(strcmp(check("a ", true), "good") != 0, "an empty queue");
	tap_ok(strcmp(check("a b c", true), "good") != 0, "two queues");
	tap_ok(strcmp(check("{env}.a", false), "good") != 0, "chosen");
	tap_ok(strcmp(check("a {env}", true), "good") != 0, "chosen queue");
	tap_ok(strcmp(check("", false), "good") != 0, "empty");
	tap_ok(strcmp(check(".a", false), "good") != 0, "a dot before");
	tap_ok(strcmp(check("a.", false), "good") != 0, "a dot behind");
	tap_ok(strcmp(check("a\tb", false), "good") != 0, "a tab");
	tap_ok(strcmp(check("a.b>", false), "good") != 0, "half a wildcard");
	tap_ok(strcmp(check("\xc3\xa4", false), "good") != 0, "not ASCII");
	tap_is(fill("web.{env}.>", "7f3"), "web.7f3.>", "filled");
	tap_is(fill("a.{env}.{env}", "x"), "a.x.x", "twice");
	tap_is(fill("a.{other}", "x"), "a.{other}", "another name stays");
	for (const char *bad = ".*> \t\x7f\x01"; *bad != '\0'; bad++) {
		char value[4] = {'a', *bad, 'b', '\0'};

		tap_is(fill("a.{env}", value), "capture", "byte %02x",
		    (unsigned)(unsigned char)*bad);
	}
	tap_is(fill("a.{env}", "\xc3\xa4"), "capture", "not ASCII");
	tap_is(fill("a.{env}", ""), "capture", "nothing");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	tap_is(fill("a.{env}", longest), "capture", "too long");
}

static void
networks(void)
{
	tap_ok(network_is("10.0.0.0/8"), "a network");
	tap_ok(network_is("10.1.2.3"), "an address");
	tap_ok(network_is("fd00::/8"), "of IPv6");
	tap_ok(network_is("0.0.0.0/0"), "everything");
	tap_ok(!network_is("10.1.0.0/8"), "bits behind the prefix");
	tap_ok(!network_is("10.0.0.0/33"), "too long a prefix");
	tap_ok(!network_is("10.0.0.0/"), "none");
	tap_ok(!network_is("10.0.0/8"), "half an address");
	tap_ok(!network_is("example.com"), "a name");
	tap_ok(network_has("10.0.0.0/8", "10.255.1.2"), "in it");
	tap_ok(!network_has("10.0.0.0/8", "11.0.0.1"), "not in it");
	tap_ok(network_has("10.0.0.0/8", "::ffff:10.0.0.1"), "in v6's clothes");
	tap_ok(!network_has("0.0.0.0/0", "fd00::1"), "v6 is no v4");
	tap_ok(network_has("fd00::/8", "fd12::1"), "of v6");
	tap_ok(!network_has("fd00::/8", ""), "nothing");
}

static void
replays(void)
{
	scoped(replay) struct replay *replay = replay_new();
	char user[32];
	int known = 0, full = 0;

	tap_number(replay_note(replay, "N", "U1", 100, 50), REPLAY_NEW, "new");
	tap_number(
	    replay_note(replay, "N", "U1", 100, 60), REPLAY_KNOWN, "known");
	tap_number(replay_note(replay, "M", "U1", 100, 60), REPLAY_NEW,
	    "of another server");
	tap_number(replay_note(replay, "N", "U1", 200, 101), REPLAY_NEW,
	    "forgotten when it is over");
	for (int i = 0; i < 60000; i++) {
		snprintf(user, sizeof(user), "user %d", i);
		full += replay_note(replay, "N", user, 300, 200) == REPLAY_FULL;
	}
	for (int i = 0; i < 60000; i++) {
		snprintf(user, sizeof(user), "user %d", i);
		known +=
		    replay_note(replay, "N", user, 300, 200) == REPLAY_KNOWN;
	}
	tap_number(full, 0, "room for 60000 at once");
	tap_number(known, 60000, "and all are known");
}

static void
scrapes(void)
{
	static const char *const none[] = {
	    "GET /metrics HTTP/1.1\r\n", "", "GET /metrics", NULL};
	const char *status = "";

	tap_number(scrape_read("GET /metrics HTTP/1.1\r\n\r\n", 25, &status), 1,
	    "a scrape");
	for (int i = 0; none[i] != NULL; i++)
		tap_number(scrape_read(none[i], strlen(none[i]), &status), 0,
		    "not whole: '%.12s'", none[i]);
	tap_number(
	    scrape_read("GET /metricsx\n\n", 15, &status), -1, "%s", status);
	tap_number(
	    scrape_read("PUT /metrics\n\n", 14, &status), -1, "%s", status);
}

int
main(void)
{
	shapes();
	subjects();
	networks();
	replays();
	scrapes();
	return tap_done();
}
