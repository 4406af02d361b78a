/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_SHORTFALL_H
#define DAYPASS_BASE_SHORTFALL_H

#include <stdbool.h>

/*
 * What the kernel, or a filter on its calls, refuses of what shall protect a
 * session. Nothing fails for it: it is noted where it is refused, once and
 * for the life of the process, and told by doctor.
 */
enum shortfall {
	SHORTFALL_WIPE,	   /* MADV_WIPEONFORK */
	SHORTFALL_DUMP,	   /* MADV_DONTDUMP */
	SHORTFALL_CORE,	   /* RLIMIT_CORE */
	SHORTFALL_CONCEAL, /* PR_SET_DUMPABLE */
	SHORTFALL_PIDFD,   /* pidfd_open(2), for the session's leader */
	SHORTFALL_COUNT
};

void shortfall_note(enum shortfall what);
bool shortfall_noted(enum shortfall what);

/* A word for scripts, and a sentence: what is refused, and what then. */
const char *shortfall_name(enum shortfall what);
const char *shortfall_text(enum shortfall what);

#endif
