/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "tap.h"

/* A text of that many letters. */
static const char *
letters(size_t count)
{
	static char text[2 * ERROR_TEXT_MAX];

	memset(text, 'x', count);
	text[count] = '\0';
	return text;
}

/* As long as it can be, and seen to be cut. */
static void
is_cut(const struct error *err, const char *what)
{
	size_t length = strlen(err->text);

	tap_number((int64_t)length, ERROR_TEXT_MAX - 1, "%s: its length", what);
	tap_is(err->text + length - 3, "...", "%s: its end", what);
}

static void
test_set(void)
{
	struct error err = {.stage = STAGE_POLICY};

	tap_number(error_set(&err, FAULT_REFUSED, "no %s", "entry"), -1,
	    "set gives -1");
	tap_is(err.text, "no entry", "the text");
	tap_number(err.fault, FAULT_REFUSED, "the fault");
	tap_number(err.stage, STAGE_NONE, "a new error has no stage yet");
	tap_number(error_set(NULL, FAULT_SYSTEM, "x"), -1, "nobody asks");
	error_set(&err, FAULT_SYSTEM, "%s", letters(ERROR_TEXT_MAX - 1));
	tap_is(err.text, letters(ERROR_TEXT_MAX - 1), "what just fits");
	error_set(&err, FAULT_SYSTEM, "%s", letters(ERROR_TEXT_MAX));
	is_cut(&err, "one more");
}

static void
test_errno(void)
{
	struct error err = {.fault = FAULT_NONE};

	errno = ENOENT;
	tap_number(error_errno(&err, "open '%s'", "/x"), -1, "errno gives -1");
	tap_is(err.text, "open '/x': No such file or directory", "the reason");
	tap_number(err.fault, FAULT_SYSTEM, "is the system's");
	tap_number(errno, ENOENT, "errno stays");
	errno = EACCES;
	error_errno(&err, "%s", letters(ERROR_TEXT_MAX - 5));
	is_cut(&err, "a reason that does not fit");
	error_errno(&err, "%s", letters(ERROR_TEXT_MAX + 5));
	is_cut(&err, "a text that does not fit");
	tap_number(error_errno(NULL, "x"), -1, "nobody asks");
}

static void
test_in(void)
{
	struct error err;

	error_set(&err, FAULT_CONFIG, "no exchange");
	error_at(&err, STAGE_CONFIG);
	tap_number(error_in(&err, "[credential \"%s\"]", "dev"), -1,
	    "context gives -1");
	error_in(&err, "file");
	tap_is(err.text, "file: [credential \"dev\"]: no exchange",
	    "outer before inner");
	tap_number(err.fault, FAULT_CONFIG, "the fault stays");
	tap_number(err.stage, STAGE_CONFIG, "so does the stage");
	error_set(&err, FAULT_CONFIG, "%s", letters(ERROR_TEXT_MAX - 1));
	error_in(&err, "a");
	is_cut(&err, "context for a long text");
	error_in(&err, "%s", letters(ERROR_TEXT_MAX));
	is_cut(&err, "a long context");
	tap_number(error_in(NULL, "x"), -1, "nobody asks");
}

static void
test_at(void)
{
	struct error err;

	error_set(&err, FAULT_NETWORK, "x");
	tap_number(error_at(&err, STAGE_EXCHANGE), -1, "stage gives -1");
	error_at(&err, STAGE_AGENT);
	tap_number(err.stage, STAGE_EXCHANGE, "the first stage counts");
	tap_number(error_at(NULL, STAGE_AGENT), -1, "nobody asks");
}

static void
test_names(void)
{
	static const int codes[FAULT_COUNT] = {0, 64, 78, 69, 77, 75, 71};

	for (enum fault fault = FAULT_NONE; fault < FAULT_COUNT; fault++) {
		tap_number((int64_t)fault_named(fault_name(fault)), fault,
		    "fault %s by its name", fault_name(fault));
		tap_number(fault_exit(fault), codes[fault], "exit code of %s",
		    fault_name(fault));
	}
	for (enum stage stage = STAGE_NONE; stage < STAGE_COUNT; stage++)
		tap_number((int64_t)stage_named(stage_name(stage)), stage,
		    "stage %s by its name", stage_name(stage));
	tap_is(fault_name(FAULT_REFUSED), "refused", "a word of the wire");
	tap_is(stage_name(STAGE_IDENTITY), "identity", "and another");
	tap_number(fault_named("Refused"), FAULT_SYSTEM, "case matters");
	tap_number(fault_named(NULL), FAULT_SYSTEM, "no name of a fault");
	tap_number(stage_named(""), STAGE_AGENT, "an unknown stage");
	tap_number(stage_named(NULL), STAGE_AGENT, "no name of a stage");
	tap_is(fault_name(FAULT_COUNT), "system", "no fault of ours");
	tap_is(stage_name(STAGE_COUNT), "agent", "no stage of ours");
	tap_number(fault_exit(FAULT_COUNT), 71, "its exit code");
}

int
main(void)
{
	test_set();
	test_errno();
	test_in();
	test_at();
	test_names();
	return tap_done();
}
