/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_STARVE_H
#define DAYPASS_TESTS_STARVE_H

#include <stdbool.h>

/*
 * Memory that runs out. A scenario is run with enough of it, then again with
 * each of its allocations failing in turn, once alone and once with all that
 * follow. Then it fails, and says so; or it gives just what it gave before.
 * Something else that looks like success would be the worst of all: another's
 * key, a rule that is not there. Either way it leaves nothing behind.
 *
 * The allocations of our own code fail; those of libraries do not. Link with
 *	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
 *	-Wl,--wrap=reallocarray,--wrap=vasprintf
 *	-Wl,--wrap=strdup,--wrap=strndup,--wrap=mmap
 */
#define STARVE_RESULT 4096

struct scenario {
	const char *name;
	void (*prepare)(void); /* with enough memory; may be NULL */
	/* Writes what it found. False: it failed. */
	bool (*run)(char result[STARVE_RESULT]);
	void (*finish)(void); /* may be NULL */
};

/* Two lines of TAP. */
void starve(const struct scenario *scenario);

#endif
