/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "tap.h"

static void
test_adding(void)
{
	scoped(secret) struct secret *secret = secret_new(10);
	size_t capacity = secret_capacity(secret);
	char much[8192];

	memset(much, 'x', sizeof(much));
	tap_ok(capacity >= 10 && secret_length(secret) == 0, "a new one");
	tap_is(secret_bytes(secret), "", "is empty");
	tap_number(secret_add(secret, "a\0b", 3), 0, "bytes are added");
	tap_number(secret_add(secret, NULL, 0), 0, "so are none");
	tap_number(secret_add_string(secret, "cd"), 0, "and a string");
	tap_ok(secret_length(secret) == 5 &&
		   memcmp(secret_bytes(secret), "a\0bcd", 6) == 0,
	    "they are there, with a NUL behind them");
	tap_number(secret_add(secret, much, capacity - 4), -1,
	    "more than its capacity");
	tap_ok(secret_length(secret) == 5, "is not added");
	tap_number(secret_add(secret, much, SIZE_MAX), -1, "nor is all");
	tap_number(
	    secret_add(secret, much, capacity - 5), 0, "what just fits is");
	tap_number((int64_t)secret_room(secret), 0, "there is no more room");
	tap_ok(secret_bytes(secret)[capacity] == '\0', "but for the NUL");
}

static void
test_cutting(void)
{
	scoped(secret) struct secret *secret = secret_copy("0123456789", 10);
	const char *bytes = secret_bytes(secret);

	secret_truncate(secret, 20);
	tap_is(secret_bytes(secret), "0123456789", "truncate to more");
	secret_truncate(secret, 6);
	tap_is(secret_bytes(secret), "012345", "truncate");
	tap_ok(memcmp(bytes + 6, "\0\0\0\0", 4) == 0, "wipes what it cuts");
	secret_consume(secret, 2);
	tap_is(secret_bytes(secret), "2345", "consume");
	tap_ok(memcmp(bytes + 4, "\0\0\0", 3) == 0, "wipes what it leaves");
	secret_consume(secret, 99);
	tap_ok(secret_length(secret) == 0 && bytes[0] == '\0', "consume all");
	memcpy(secret_tail(secret), "read", 4);
	secret_wrote(secret, 4);
	tap_is(secret_bytes(secret), "read", "written at its tail");
}

static void
test_comparing(void)
{
	scoped(secret) struct secret *secret = secret_copy("s\0cret", 6);

	tap_ok(secret_equal(secret, "s\0cret", 6), "equal");
	tap_ok(!secret_equal(secret, "s\0creT", 6), "its end differs");
	tap_ok(!secret_equal(secret, "S\0cret", 6), "its start differs");
	tap_ok(!secret_equal(secret, "s\0cre", 5), "shorter");
	tap_ok(!secret_equal(secret, "s\0cret\0", 7), "longer");
	tap_ok(!secret_equal(secret, "", 0), "empty");
}

static void
test_growing(void)
{
	struct secret *secret = secret_copy("start-", 6);
	size_t capacity = secret_capacity(secret);
	bool good = true;
	char digit;

	for (int i = 0; i < 5000; i++) {
		digit = (char)('0' + i % 10);
		good = good && secret_grow(&secret, &digit, 1, 5006) == 0;
	}
	tap_ok(good && secret_length(secret) == 5006, "it grows");
	tap_ok(secret_capacity(secret) > capacity, "into another one");
	tap_ok(memcmp(secret_bytes(secret), "start-0123", 10) == 0 &&
		   strcmp(secret_bytes(secret) + 5000, "456789") == 0,
	    "with what it had");
	tap_number(secret_grow(&secret, "x", 1, 5006), -1, "to its limit");
	tap_number(secret_grow(&secret, "x", SIZE_MAX, SIZE_MAX), -1,
	    "not around the corner");
	tap_number((int64_t)secret_length(secret), 5006, "and stays as it is");
	secret_free(secret);
}

/* Freed bytes rest in the arena, where they must be zeroes. */
static void
test_wiping(void)
{
	struct secret *secret = secret_copy("canary-canary-canary", 20);
	const char *bytes = secret_bytes(secret);
	struct secret *again;
	bool wiped = true;

	secret_free(secret);
	for (size_t i = sizeof(void *); i < 20; i++)
		wiped = wiped && bytes[i] == '\0';
	tap_ok(wiped, "freed bytes are wiped");
	again = secret_new(20);
	wiped = true;
	for (size_t i = 0; i <= secret_capacity(again); i++)
		wiped = wiped && secret_bytes(again)[i] == '\0';
	tap_ok(wiped, "a new one is all zeroes");
	secret_free(again);
	secret = secret_copy("canary", 6);
	bytes = secret_bytes(secret);
	tap_number(secret_grow(&secret, bytes, 6, 4096), 0, "grown by itself");
	tap_is(secret_bytes(secret), "canarycanary", "is twice itself");
	secret_free(secret);
	secret_free(NULL);
}

static int
child(struct secret *secret)
{
	struct secret *fresh;

	if (strcmp(secret_bytes(secret), "") != 0)
		return 1;
	secret_after_fork();
	if ((fresh = secret_copy("fresh", 5)) == NULL)
		return 2;
	if (fresh == secret || strcmp(secret_bytes(fresh), "fresh") != 0)
		return 3;
	secret_free(fresh);
	return 0;
}

static void
test_fork(void)
{
	scoped(secret) struct secret *secret = secret_copy("parent's", 8);
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(child(secret));
	waitpid(pid, &status, 0);
	tap_number(status, 0, "a child sees zeroes, and has an arena anew");
	tap_is(secret_bytes(secret), "parent's", "the parent's is whole");
}

/* The kernel's own account of the mapping that holds an address. */
static bool
flags_of(const void *address, char *flags, size_t size)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long from, to, at = (unsigned long)address;
	bool inside = false;
	char line[512];

	flags[0] = '\0';
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = at >= from && at < to;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			snprintf(flags, size, "%.200s", line + 8);
	if (maps != NULL)
		fclose(maps);
	return flags[0] != '\0';
}

static void
test_mapping(void)
{
	scoped(secret) struct secret *small = secret_new(100);
	scoped(secret) struct secret *large = secret_new(1000000);
	struct secret_report report;
	char flags[256];

	if (!flags_of(secret_bytes(small), flags, sizeof(flags))) {
		tap_skip("the kernel does not tell", "flags of the memory");
		return;
	}
	tap_ok(strstr(flags, " dd") != NULL, "left out of core dumps");
	tap_ok(strstr(flags, " wf") != NULL, "wiped on fork");
	secret_arena_report(&report);
	if (report.refused == NULL)
		tap_ok(strstr(flags, " lo") != NULL, "locked");
	else
		tap_skip(report.refused, "locked");
	flags_of(secret_bytes(large), flags, sizeof(flags));
	tap_ok(strstr(flags, " dd") != NULL && strstr(flags, " wf") != NULL,
	    "so is a large one");
	tap_ok(report.mapped >= 1000000, "the report counts it");
}

static void
test_refusing(void)
{
	tap_ok(secret_new(SIZE_MAX) == NULL, "all the memory there is");
	tap_ok(secret_new(SIZE_MAX / 4) == NULL, "a fourth of it");
}

int
main(void)
{
	test_adding();
	test_cutting();
	test_comparing();
	test_growing();
	test_wiping();
	test_fork();
	test_mapping();
	test_refusing();
	return tap_done();
}
