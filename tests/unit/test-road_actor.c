/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "roads.h"
#include "tap.h"

#define STS "endpoint = https://sts.acme.io/t\n"
#define API(more) CREDENTIAL("api", "token-exchange", STS more)
#define ROBOT                                                              \
	"[identity \"robot\"]\nsource = file\nfile = /robot\n" CREDENTIAL( \
	    "robot", "token-exchange", "identity = robot\n" STS)
#define ASK JOB "tool=token credential=api"

static struct road *
find(const char *config, const char *request, const char *expected)
{
	struct road *road;
	const char *got = roads_find(NULL, config, request, &road);
	size_t length = strcspn(expected, "*");

	if (!tap_ok(strncmp(got, expected, length) == 0 &&
			(expected[length] == '*' || got[length] == '\0'),
		"%.60s", expected))
		tap_is(got, expected, "came of");
	return road;
}

#define FOUND "github-actions https://sts.acme.io > token-exchange"

static void
test_found(void)
{
	scoped(road) struct road *plain = find(API(""), ASK, FOUND);
	scoped(road) struct road *same =
	    find(API("actor = id-token\n"), ASK, FOUND);
	scoped(road) struct road *other =
	    find(API("actor = robot\n") ROBOT, ASK, FOUND);
	const struct road *actor;

	tap_ok(plain->steps[1].actor == NULL, "nobody acts");
	actor = same->steps[1].actor;
	tap_ok(actor != NULL && actor->count == 1, "an id token acts");
	tap_is(actor->steps[0].audience, "https://sts.acme.io",
	    "for whom the subject's is for");
	tap_is(actor->session, same->session, "in the same session");
	actor = other->steps[1].actor;
	tap_ok(actor != NULL && actor->count == 2, "a credential acts");
	tap_is(actor->source, "file", "of another identity");
	tap_is(actor->steps[1].credential, "robot", "that one");
}

static void
wrong(const char *config, const char *expected)
{
	road_release(find(config, ASK, expected));
}

static void
test_wrong(void)
{
	wrong(API("actor = nobody\n"), "config config: *");
	wrong(API("actor = dev\n") DEV,
	    "config config: actor: [credential \"dev\"] yields aws, which is "
	    "no token");
	wrong(API("actor = api\n"),
	    "config config: [credential \"api\"]: its `actor` goes in a "
	    "circle*");
	wrong(API("actor = x\n")
		  CREDENTIAL("x", "token-exchange", STS "actor = api\n"),
	    "config config: [credential \"*");
	wrong(API("actor = x\n")
		  CREDENTIAL("x", "token-exchange", "from = nobody\n" STS),
	    "config config: *");
}

/* The keys of a road's last step. */
static void
key_of(char hex[128], const char *config, const char *request)
{
	struct road *road;

	roads_find(NULL, config, request, &road);
	digest_hex(road_last(road)->key, hex);
	road_release(road);
}

static void
differ(const char *what, const char *a, const char *b, const char *request)
{
	char one[128], other[128];

	key_of(one, a, ASK);
	key_of(other, b, request);
	tap_ok(strcmp(one, other) != 0, "another key: %s", what);
}

static void
test_keys(void)
{
	static const char ours[] = API("actor = robot\n") ROBOT;
	char one[128], other[128];

	differ("with and without", API(""), API("actor = id-token\n"), ASK);
	differ("another actor", API("actor = id-token\n") ROBOT, ours, ASK);
	differ("the actor's file", ours,
	    API("actor = robot\n") "[identity \"robot\"]\nsource = file\n"
				   "file = /other\n" CREDENTIAL("robot",
				       "token-exchange",
				       "identity = robot\n" STS),
	    ASK);
	differ("the actor's settings", ours,
	    API("actor = robot\n") "[identity \"robot\"]\nsource = file\n"
				   "file = /robot\n" CREDENTIAL("robot",
				       "token-exchange",
				       "identity = robot\nscope = x\n" STS),
	    ASK);
	differ("the subject", ours, ours,
	    ASK " env.ACTIONS_ID_TOKEN_REQUEST_TOKEN=u");
	key_of(one, ours, ASK);
	key_of(other, ours, ASK);
	tap_is(one, other, "the same asked for twice");
}

int
main(void)
{
	roads_begin();
	test_found();
	test_wrong();
	test_keys();
	return tap_done();
}
