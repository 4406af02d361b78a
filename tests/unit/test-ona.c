/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "place.h"
#include "tap.h"

#define PRINT "echo ${0##*/}/$1/$2/$3/$4/$#"

static const struct identity *ona, *gitpod;

static void
is_here(struct place *place, const struct identity *identity, bool expected,
    const char *text)
{
	char reason[IDENTITY_REASON_MAX] = "";

	tap_ok(
	    identity->here(place->around, reason, sizeof(reason)) == expected,
	    "%s is %shere", identity->name, expected ? "" : "not ");
	tap_ok(strstr(reason, text) != NULL, "'%s' says '%s'", reason, text);
}

static void
test_ona(struct place *place)
{
	is_here(place, ona, false, "neither ona nor gitpod is on PATH");
	tap_is(place_mint(place, ona, "a"), NULL, "nothing to run");
	tap_number(place->err.fault, FAULT_IDENTITY, "fault");
	tap_is(place_trace(place, ona), "", "nothing to trace");
	place_program(place, "gitpod", PRINT);
	is_here(place, ona, true, "gitpod is on PATH: /");
	tap_is(place_mint(place, ona, "x"), "gitpod/idp/token/--audience/x/4",
	    "gitpod's token");
	place_program(place, "ona", PRINT);
	is_here(place, ona, true, "ona is on PATH: /");
	tap_is(place_mint(place, ona, "https://x/"),
	    "ona/idp/token/--audience/https://x//4", "ona comes first");
	tap_ok(strstr(place_trace(place, ona), "/bin/ona\n") != NULL, "trace");
	is_here(place, gitpod, false, "GITPOD_WORKSPACE_ID is not set");
}

static void
test_ona_explains(struct place *place)
{
	place_program(place, "ona",
	    "echo 'Error: OIDC is Not Enabled for this org' >&2; exit 1");
	tap_is(place_mint(place, ona, "x"), NULL, "not enabled");
	tap_ok(strstr(place->err.text, "Not Enabled") != NULL, "in its words");
	tap_ok(strstr(place->err.text, "https://ona.com/docs") != NULL,
	    "and the way out: %s", place->err.text);
	place_program(place, "ona", "echo 'no network' >&2; exit 1");
	tap_is(place_mint(place, ona, "x"), NULL, "another failure");
	tap_ok(strstr(place->err.text, "no network") != NULL &&
		   strstr(place->err.text, "https://") == NULL,
	    "needs no such hint: %s", place->err.text);
}

static void
test_gitpod(struct place *place)
{
	place_program(place, "gp", PRINT);
	is_here(place, gitpod, false, "GITPOD_WORKSPACE_ID is not set");
	tap_is(place_mint(place, gitpod, "a"), NULL, "PARI's gp is not run");
	place_variable(place, "GITPOD_WORKSPACE_ID", "w");
	is_here(place, gitpod, true, "gp is on PATH: /");
	tap_is(place_mint(place, gitpod, "x"), "gp/idp/token/--audience/x/4",
	    "gp's token");
	tap_ok(
	    strstr(place_trace(place, gitpod), "/bin/gp\n") != NULL, "trace");
	place_variable(place, "PATH", "/nowhere");
	is_here(place, gitpod, false, "but gp is not on PATH");
}

int
main(void)
{
	struct place place;

	ona = identity_named("ona");
	gitpod = identity_named("gitpod");
	place_open(&place);
	test_ona(&place);
	test_ona_explains(&place);
	test_gitpod(&place);
	place_close(&place);
	return tap_done();
}
