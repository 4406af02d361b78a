/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "starve.h"
#include "tap.h"

#define BLOCKS 4096

/* Names that the linker's --wrap gives. */
void *
__real_malloc(size_t size);
void *
__real_calloc(size_t count, size_t size);
void *
__real_realloc(void *block, size_t size);
char *
__real_strdup(const char *string);
char *
__real_strndup(const char *string, size_t length);
void *
__real_mmap(
    void *at, size_t size, int protection, int flags, int fd, off_t offset);
void
__real_free(void *block);
int
__real_vasprintf(char **text, const char *fmt, va_list arguments);
void *
__wrap_malloc(size_t size);
void *
__wrap_calloc(size_t count, size_t size);
void *
__wrap_realloc(void *block, size_t size);
char *
__wrap_strdup(const char *string);
char *
__wrap_strndup(const char *string, size_t length);
void *
__wrap_mmap(
    void *at, size_t size, int protection, int flags, int fd, off_t offset);
void
__wrap_free(void *block);
void *
__wrap_reallocarray(void *block, size_t count, size_t size);
int
__wrap_vasprintf(char **text, const char *fmt, va_list arguments);

static bool starving, lasts;
static unsigned long asked, failing;
static void *blocks[BLOCKS];
static size_t left;

/* The n-th allocation from now on fails, counted from 1 (0: none does), and if
 * `lasting` all that follow. */
static void
begin(unsigned long n, bool lasting)
{
	starving = true;
	lasts = lasting;
	failing = n;
	asked = 0;
	left = 0;
}

static bool
fails(void)
{
	if (!starving)
		return false;
	asked++;
	if (failing == 0 || asked < failing || (asked > failing && !lasts))
		return false;
	errno = ENOMEM;
	return true;
}

static void *
keep(void *block)
{
	if (starving && block != NULL && left < BLOCKS)
		blocks[left++] = block;
	return block;
}

static void
forget(const void *block)
{
	for (size_t i = left; i-- > 0;)
		if (blocks[i] == block) {
			blocks[i] = blocks[--left];
			return;
		}
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : keep(__real_malloc(size));
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : keep(__real_calloc(count, size));
}

void *
__wrap_realloc(void *block, size_t size)
{
	if (fails())
		return NULL;
	forget(block);
	return keep(__real_realloc(block, size));
}

char *
__wrap_strdup(const char *string)
{
	return fails() ? NULL : keep(__real_strdup(string));
}

char *
__wrap_strndup(const char *string, size_t length)
{
	return fails() ? NULL : keep(__real_strndup(string, length));
}

void *
__wrap_mmap(
    void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	return fails() ? MAP_FAILED
		       : __real_mmap(at, size, protection, flags, fd, offset);
}

void *
__wrap_reallocarray(void *block, size_t count, size_t size)
{
	return __wrap_realloc(block, count * size);
}

int
__wrap_vasprintf(char **text, const char *fmt, va_list arguments)
{
	int length = fails() ? -1 : __real_vasprintf(text, fmt, arguments);

	if (length != -1)
		keep(*text);
	return length;
}

void
__wrap_free(void *block)
{
	forget(block);
	__real_free(block);
}

/* With the n-th allocation failing: is all as it should be? */
static bool
starved(const struct scenario *scenario, const char *ample, unsigned long n,
    bool lasting)
{
	char result[STARVE_RESULT] = "";
	bool done;

	begin(n, lasting);
	done = scenario->run(result);
	starving = false;
	if (left == 0 && (!done || strcmp(result, ample) == 0))
		return true;
	printf("# without allocation %lu%s: %zu blocks left, %.300s\n", n,
	    lasting ? " and all that follow" : "", left,
	    done ? result : "failed");
	return false;
}

void
starve(const struct scenario *scenario)
{
	char ample[STARVE_RESULT] = "";
	unsigned long count, wrong = 0;
	bool good;

	if (scenario->prepare != NULL)
		scenario->prepare();
	begin(0, false);
	good = scenario->run(ample);
	starving = false;
	count = asked;
	tap_ok(good && left == 0 && count > 0, "%s: %lu allocations, %zu left",
	    scenario->name, count, left);
	for (unsigned long n = 1; n <= count; n++)
		wrong += !starved(scenario, ample, n, false) +
			 !starved(scenario, ample, n, true);
	if (!tap_number((int64_t)wrong, 0, "%s: fails as it should, or works",
		scenario->name))
		printf("# with all of them: %.500s\n", ample);
	if (scenario->finish != NULL)
		scenario->finish();
}
