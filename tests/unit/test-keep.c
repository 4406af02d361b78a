/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "pledge.h"
#include "tap.h"

static const char *const names[] = {"issuer", "client-id", NULL};

static struct settings *settings;

static void
get(struct pledge *pledge, int expected, const char *secret, const char *name)
{
	scoped(secret) struct secret *found = NULL;
	struct error err = {.fault = FAULT_NONE};

	tap_number(
	    keep_get(&pledge->keep, &found, &err), expected, "%s: get", name);
	if (expected == -1)
		tap_is(err.text, secret, "%s: why", name);
	else
		tap_is(found == NULL ? NULL : secret_bytes(found), secret,
		    "%s: what", name);
}

static void
set(struct pledge *pledge, const char *place, const char *name)
{
	scoped(secret) struct secret *secret = secret_copy("new ada", 7);
	struct error err = {.fault = FAULT_NONE};

	tap_is(keep_set(&pledge->keep, secret, &err), place, "%s: set", name);
}

static void
test_session_alone(void)
{
	struct pledge pledge;

	pledge_open(&pledge, settings, names, false);
	pledge_answer(pledge.session, "none");
	get(&pledge, 0, NULL, "nothing in the session");
	tap_is(pledge_told(pledge.session),
	    "daypass=1 get issuer=https://i client-id=c", "whose it is");
	pledge_answer(pledge.session, "ok secret=old_ada");
	get(&pledge, 1, "old ada", "something in the session");
	pledge_told(pledge.session);
	pledge_answer(pledge.session, "ok");
	set(&pledge, "session", "session");
	tap_is(pledge_told(pledge.session),
	    "daypass=1 set issuer=https://i client-id=c secret=new ada",
	    "it goes there");
	pledge_answer(pledge.session, "error text=full");
	set(&pledge, NULL, "a session that takes nothing");
	get(&pledge, -1, "the session: gave no answer", "a deaf one");
	pledge_close(&pledge);
}

static void
test_keyring_first(void)
{
	struct pledge pledge;

	pledge_open(&pledge, settings, names, true);
	pledge_answer(pledge.keyring, "ok secret=shared_ada");
	pledge_answer(pledge.session, "none");
	get(&pledge, 1, "shared ada", "the keyring's");
	pledge_answer(pledge.keyring, "ok");
	set(&pledge, "keyring", "keyring");
	pledge_told(pledge.session);
	tap_is(pledge_told(pledge.session), "", "the session hears nothing");
	pledge_close(&pledge);
}

/* What rests in the session goes before, and moves. */
static void
test_moves(void)
{
	struct pledge pledge;

	pledge_open(&pledge, settings, names, true);
	pledge_answer(pledge.keyring, "ok secret=shared_ada");
	pledge_answer(pledge.session, "ok secret=own_ada");
	get(&pledge, 1, "own ada", "the session's before the keyring's");
	pledge_answer(pledge.keyring, "ok");
	pledge_answer(pledge.session, "ok");
	set(&pledge, "keyring", "it moves");
	pledge_told(pledge.session);
	tap_is(pledge_told(pledge.session),
	    "daypass=1 clear issuer=https://i client-id=c",
	    "and is in the session no more");
	pledge_close(&pledge);
}

static void
test_keyrings_that_fail(void)
{
	struct pledge pledge;

	pledge_open(&pledge, settings, names, true);
	pledge_answer(pledge.keyring, "error fault=identity text=it_is_locked");
	pledge_answer(pledge.session, "none");
	get(&pledge, -1, "the keyring: it is locked", "locked");
	pledge_answer(pledge.keyring, "error fault=identity text=it_is_locked");
	pledge_answer(pledge.session, "ok secret=own_ada");
	get(&pledge, 1, "own ada", "locked, with one in the session");
	pledge_answer(pledge.keyring, "error fault=identity text=it_is_locked");
	pledge_answer(pledge.session, "ok");
	set(&pledge, "session", "locked meanwhile");
	pledge_close(&pledge);

	pledge_open(&pledge, settings, names, true);
	pledge_answer(pledge.keyring, "error text=no_service absent=1");
	pledge_answer(pledge.session, "none");
	get(&pledge, 0, NULL, "absent");
	tap_is(pledge.keep.trouble, "no service", "absent: why");
	tap_number(pledge.keep.keyring, -1, "absent: it is let go");
	pledge_close(&pledge);

	pledge_open(&pledge, settings, names, true);
	pledge_answer(pledge.session, "ok secret=own_ada");
	get(&pledge, 1, "own ada", "deaf, with one in the session");
	tap_number(pledge.keep.keyring, -1, "deaf: it is let go");
	pledge_close(&pledge);
}

static void
test_prompt(void)
{
	struct pledge pledge;

	pledge_open(&pledge, settings, names, false);
	pledge.keep.may_ask = true;
	pledge_answer(pledge.session, "none");
	get(&pledge, 0, NULL, "a person waits");
	tap_is(pledge_told(pledge.session),
	    "daypass=1 get issuer=https://i client-id=c prompt=1",
	    "which is said");
	pledge_answer(pledge.session, "ok");
	tap_number(keep_clear(&pledge.keep, NULL), 0, "clear");
	pledge_close(&pledge);
}

int
main(void)
{
	settings = settings_new();
	settings_add(settings, "issuer", "https://i");
	settings_add(settings, "client-id", "c");
	test_session_alone();
	test_keyring_first();
	test_moves();
	test_keyrings_that_fail();
	test_prompt();
	settings_free(settings);
	return tap_done();
}
