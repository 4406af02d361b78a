/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/shortfall.h"

/*
 * Blocks come in sizes 256, 384, 512, 768, ... (two to a doubling) out of
 * chunks of 256 KiB; larger ones get a mapping of their own. A freed block
 * goes to the list of its size. Chunks are locked as they come: beyond the
 * limit the arena goes on unlocked and says so. Mappings that the kernel does
 * not wipe in a child are listed, for the child to do so.
 */
#define CHUNK (256 * 1024)
#define LARGE (64 * 1024)
#define SMALLEST 256
#define SIZES 17

struct free_block {
	struct free_block *next;
};

struct bare {
	struct bare *next;
	void *bytes;
	size_t length;
};

static struct {
	struct free_block *freed[SIZES];
	char *chunk;
	size_t used;
	struct bare *bare;
	struct secret_report report;
} arena;

static size_t
size_of(int index)
{
	size_t size = (size_t)SMALLEST << (index / 2);

	return index % 2 == 0 ? size : size + size / 2;
}

static int
index_of(size_t size)
{
	int index = 0;

	while (size_of(index) < size)
		index++;
	return index;
}

/* A kernel before 4.4, or a filter, may know but the older of the two. */
static void
lock(void *bytes, size_t length)
{
	if (mlock2(bytes, length, MLOCK_ONFAULT) == 0 ||
	    (errno != ENOMEM && mlock(bytes, length) == 0)) {
		arena.report.locked += length;
		return;
	}
	arena.report.refused =
	    errno == ENOMEM
		? "the limit of locked memory is reached (ulimit -l)"
		: "this system does not let us lock memory";
}

static int
note_bare(void *bytes, size_t length)
{
	struct bare *bare = malloc(sizeof(*bare));

	shortfall_note(SHORTFALL_WIPE);
	if (bare == NULL)
		return -1;
	*bare = (struct bare){arena.bare, bytes, length};
	arena.bare = bare;
	return 0;
}

static void
forget_bare(const void *bytes)
{
	struct bare **at = &arena.bare, *bare;

	while ((bare = *at) != NULL && bare->bytes != bytes)
		at = &bare->next;
	if (bare != NULL)
		*at = bare->next;
	free(bare);
}

/* What the kernel did not do at the fork: the pages become others, which read
 * as zeroes; the parent keeps its own. */
static void
wipe_bare(const struct bare *bare)
{
	if (mmap(bare->bytes, bare->length, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		explicit_bzero(bare->bytes, bare->length);
}

static void *
map(size_t length)
{
	void *bytes = mmap(NULL, length, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (bytes == MAP_FAILED)
		return NULL;
	if (madvise(bytes, length, MADV_WIPEONFORK) == -1 &&
	    note_bare(bytes, length) == -1) {
		munmap(bytes, length);
		return NULL;
	}
	if (madvise(bytes, length, MADV_DONTDUMP) == -1)
		shortfall_note(SHORTFALL_DUMP);
	lock(bytes, length);
	arena.report.mapped += length;
	return bytes;
}

static void
unmap(void *bytes, size_t length)
{
	munmap(bytes, length);
	forget_bare(bytes);
	arena.report.mapped -= length;
	if (arena.report.locked >= length)
		arena.report.locked -= length;
}

static void *
carve(size_t size)
{
	void *block;

	if (arena.chunk == NULL || arena.used + size > CHUNK) {
		char *chunk = map(CHUNK);

		if (chunk == NULL)
			return NULL;
		arena.chunk = chunk;
		arena.used = 0;
	}
	block = arena.chunk + arena.used;
	arena.used += size;
	return block;
}

static size_t
whole_pages(size_t size)
{
	return (size + 4095) & ~(size_t)4095;
}

void *
arena_take(size_t size, size_t *got)
{
	struct free_block *block;
	int index;

	if (size > LARGE) {
		*got = whole_pages(size);
		return map(*got);
	}
	index = index_of(size);
	*got = size_of(index);
	if ((block = arena.freed[index]) == NULL)
		return carve(*got);
	arena.freed[index] = block->next;
	block->next = NULL;
	return block;
}

void
arena_give(void *bytes, size_t size, size_t used)
{
	struct free_block *block = bytes;
	int index;

	explicit_bzero(bytes, used);
	if (size > LARGE) {
		unmap(bytes, size);
		return;
	}
	index = index_of(size);
	block->next = arena.freed[index];
	arena.freed[index] = block;
}

void
arena_forget(void)
{
	while (arena.bare != NULL) {
		wipe_bare(arena.bare);
		forget_bare(arena.bare->bytes);
	}
	memset(&arena, 0, sizeof(arena));
}

void
arena_report(struct secret_report *report)
{
	*report = arena.report;
}
