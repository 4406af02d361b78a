/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "tap.h"

#define MANY 1000

struct block {
	unsigned char *bytes;
	size_t size;
};

static bool
is_filled(const struct block *block, unsigned char with)
{
	for (size_t i = 0; i < block->size; i++)
		if (block->bytes[i] != with)
			return false;
	return true;
}

static struct block
get(size_t size)
{
	struct block block;

	block.bytes = arena_take(size, &block.size);
	return block;
}

static void
give(struct block block)
{
	arena_give(block.bytes, block.size, block.size);
}

static void
test_sizes(void)
{
	static const size_t sizes[] = {1, 255, 256, 257, 384, 385, 2049, 65535,
	    65536, 65537, 100000, 300000};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct block block = get(sizes[i]);

		tap_ok(
		    block.size >= sizes[i] && block.size <= 2 * sizes[i] + 4096,
		    "%zu bytes are %zu", sizes[i], block.size);
		tap_ok(is_filled(&block, 0), "all zeroes");
		tap_ok((uintptr_t)block.bytes % 16 == 0, "well aligned");
		memset(block.bytes, 'x', block.size);
		arena_give(block.bytes, block.size, block.size);
	}
}

/* Blocks of all sizes, some given back and taken anew: none overlaps. */
static void
test_many(void)
{
	static struct block blocks[MANY];
	bool good = true;

	for (size_t i = 0; i < MANY; i++) {
		blocks[i] = get(1 + i * 37 % 5000);
		memset(blocks[i].bytes, (int)(i % 251) + 1, blocks[i].size);
	}
	for (size_t i = 0; i < MANY; i += 3) {
		arena_give(blocks[i].bytes, blocks[i].size, blocks[i].size);
		blocks[i] = get(1 + i * 53 % 5000);
		good = good && is_filled(&blocks[i], 0);
		memset(blocks[i].bytes, (int)(i % 251) + 1, blocks[i].size);
	}
	tap_ok(good, "what is taken again is zeroes");
	for (size_t i = 0; i < MANY; i++)
		good =
		    good && is_filled(&blocks[i], (unsigned char)(i % 251 + 1));
	tap_ok(good, "no block lies in another");
	for (size_t i = 0; i < MANY; i++)
		arena_give(blocks[i].bytes, blocks[i].size, blocks[i].size);
}

/* Only what was used is wiped: the rest was never written to. */
static void
test_used(void)
{
	struct block block = get(1000);

	memset(block.bytes, 'x', 600);
	arena_give(block.bytes, block.size, 600);
	block = get(1000);
	tap_ok(is_filled(&block, 0), "a block that was half used is zeroes");
	give(block);
}

static void
test_reuse(void)
{
	struct secret_report before, after;
	struct block block;

	arena_report(&before);
	for (int i = 0; i < 10000; i++) {
		block = get(3000);
		arena_give(block.bytes, block.size, block.size);
	}
	arena_report(&after);
	tap_ok(after.mapped == before.mapped, "blocks are used again");
	block = get(1000000);
	arena_report(&after);
	tap_ok(
	    after.mapped >= before.mapped + 1000000, "a large one is mapped");
	arena_give(block.bytes, block.size, block.size);
	arena_report(&after);
	tap_ok(after.mapped == before.mapped && after.locked <= after.mapped,
	    "and unmapped when it is given back");
}

/* What the design promises: 1000 credentials within the usual lock limit. */
static void
test_budget(void)
{
	struct secret_report report;
	bool good = true;

	arena_forget();
	for (int i = 0; i < 1000; i++)
		good = good && get(2049).bytes != NULL;
	arena_report(&report);
	tap_ok(good && report.mapped <= (size_t)8 << 20,
	    "1000 of 2 KiB within 8 MiB: %zu", report.mapped);
	if (report.refused == NULL)
		tap_ok(report.locked == report.mapped, "all locked");
	else
		tap_skip(report.refused, "all locked");
}

/* Somebody without the right to lock more than one chunk. */
static int
limited(void)
{
	struct rlimit limit = {.rlim_cur = 300 * 1024, .rlim_max = 300 * 1024};
	struct secret_report report;
	struct block block = {NULL, 0};

	if (setrlimit(RLIMIT_MEMLOCK, &limit) == -1 ||
	    (geteuid() == 0 && setresuid(65534, 65534, 65534) == -1))
		return 77;
	arena_forget();
	for (int i = 0; i < 20; i++)
		if ((block = get(60000)).bytes == NULL)
			return 1;
	memset(block.bytes, 'x', block.size);
	arena_report(&report);
	if (report.refused == NULL)
		return 77;
	return report.locked < report.mapped && report.locked <= 300 * 1024 &&
		       strstr(report.refused, "limit") != NULL
		   ? 0
		   : 2;
}

static void
test_limit(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(limited());
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		tap_skip("no limit here", "beyond the limit it goes on");
	else
		tap_number(status, 0, "beyond the limit it goes on");
}

int
main(void)
{
	test_sizes();
	test_many();
	test_used();
	test_reuse();
	test_budget();
	test_limit();
	return tap_done();
}
