/* SPDX-License-Identifier: Apache-2.0 */
#include "base/shortfall.h"

static const struct {
	const char *name;
	const char *text;
} shortfalls[SHORTFALL_COUNT] = {
    [SHORTFALL_WIPE] = {"fork",
	"no MADV_WIPEONFORK: a child holds the session's secrets until it has "
	"wiped them itself, before it reads anything"},
    [SHORTFALL_DUMP] = {"dump",
	"no MADV_DONTDUMP: a core of the agent would hold its secrets"},
    [SHORTFALL_CORE] = {"core",
	"RLIMIT_CORE cannot be set to 0: the limit of cores is the starter's"},
    [SHORTFALL_CONCEAL] = {"tracing",
	"PR_SET_DUMPABLE is refused: other processes of this user can look "
	"into the agent"},
    [SHORTFALL_PIDFD] = {"leader",
	"no pidfd_open: the end of the session's leader is noticed half a "
	"second late"},
};

static bool noted[SHORTFALL_COUNT];

void
shortfall_note(enum shortfall what)
{
	noted[what] = true;
}

bool
shortfall_noted(enum shortfall what)
{
	return noted[what];
}

const char *
shortfall_name(enum shortfall what)
{
	return shortfalls[what].name;
}

const char *
shortfall_text(enum shortfall what)
{
	return shortfalls[what].text;
}
