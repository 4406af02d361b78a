/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity/surroundings.h"
#include "tap.h"

static void
test_set(void)
{
	scoped(surroundings) struct surroundings *around = surroundings_new();

	tap_is(surroundings_get(around, "A"), NULL, "nothing is set at first");
	tap_number(surroundings_set(around, "AB", "1"), 0, "set");
	tap_number(surroundings_set(around, "ABC", "2=3"), 0, "set another");
	tap_number(surroundings_set(around, "EMPTY", ""), 0, "set to nothing");
	tap_is(surroundings_get(around, "AB"), "1", "get");
	tap_is(surroundings_get(around, "ABC"), "2=3", "a value with =");
	tap_is(surroundings_get(around, "EMPTY"), "", "empty is not unset");
	tap_is(surroundings_get(around, "A"), NULL, "a prefix is no name");
	tap_is(surroundings_get(around, "ABCD"), NULL, "nor a longer one");
	surroundings_set(around, "AB", "a longer value than before");
	tap_is(surroundings_get(around, "AB"), "a longer value than before",
	    "replaced");
	tap_is(surroundings_get(around, "ABC"), "2=3", "the others stay");
	surroundings_set(around, "COPY", surroundings_get(around, "ABC"));
	tap_is(surroundings_get(around, "COPY"), "2=3", "a value of its own");
}

static void
test_refused(void)
{
	scoped(surroundings) struct surroundings *around = surroundings_new();
	scoped(string) char *large = calloc(1, SURROUNDINGS_MAX + 1);

	tap_number(surroundings_set(around, "A", "1\n"), -1, "newline");
	tap_number(surroundings_set(around, "A\nB", "1"), -1, "in the name");
	tap_number(surroundings_set(around, "", "1"), -1, "no name");
	tap_number(surroundings_set(around, "A=B", "1"), -1, "= in the name");
	memset(large, 'x', SURROUNDINGS_MAX);
	tap_number(surroundings_set(around, "A", large), -1, "too large");
	large[SURROUNDINGS_MAX - 3] = '\0';
	tap_number(surroundings_set(around, "A", large), 0, "just not so");
	tap_number(surroundings_set(around, "B", ""), -1, "together too large");
	tap_is(surroundings_get(around, "A"), large, "what was there stays");
	tap_is(surroundings_get(around, "B"), NULL, "and nothing else");
}

static void
test_entries(void)
{
	scoped(surroundings) struct surroundings *around = surroundings_new();
	const char *entry = NULL;
	char all[64] = "";

	tap_is(surroundings_next(around, NULL), NULL, "no entries");
	surroundings_set(around, "A", "1");
	surroundings_set(around, "B", "");
	surroundings_set(around, "C", "3");
	surroundings_set(around, "A", "4");
	while ((entry = surroundings_next(around, entry)) != NULL)
		strcat(strcat(all, entry), ",");
	tap_is(all, "B=,C=3,A=4,", "each entry once");
}

static void
test_block(void)
{
	scoped(surroundings) struct surroundings *around = surroundings_new();
	scoped(surroundings) struct surroundings *again = NULL;
	scoped(surroundings) struct surroundings *nothing = NULL;
	const struct secret *block = surroundings_block(around);

	nothing = surroundings_read(secret_bytes(block), secret_length(block));
	tap_ok(nothing != NULL && surroundings_next(nothing, NULL) == NULL,
	    "an empty block");
	surroundings_set(around, "TOKEN", "s3cret=\tx");
	surroundings_set(around, "HOME", "/home/x");
	block = surroundings_block(around);
	again = surroundings_read(secret_bytes(block), secret_length(block));
	if (!tap_ok(again != NULL, "read back"))
		return;
	tap_is(surroundings_get(again, "TOKEN"), "s3cret=\tx", "one variable");
	tap_is(surroundings_get(again, "HOME"), "/home/x", "the other");
	tap_ok(secret_equal(surroundings_block(again), secret_bytes(block),
		   secret_length(block)),
	    "the block is the same");
}

static void
refuse(const char *block, size_t length, const char *name)
{
	scoped(surroundings) struct surroundings *around = NULL;

	around = surroundings_read(block, length);
	tap_ok(around == NULL, "no block: %s", name);
}

int
main(void)
{
	test_set();
	test_refused();
	test_entries();
	test_block();
	refuse("A=1", 3, "no NUL at the end");
	refuse("A=1\0B", 6, "an entry without =");
	refuse("A=1\0", 5, "an empty entry");
	refuse("=1", 3, "an empty name");
	refuse("A=1\n2", 6, "a newline");
	return tap_done();
}
