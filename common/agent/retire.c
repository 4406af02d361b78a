/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "agent/ending.h"
#include "agent/keeper.h"
#include "agent/ledger.h"
#include "agent/retire.h"
#include "agent/sessions.h"
#include "base/clock.h"

/* The next number of a version; *at is moved behind its dot. -1: none. */
static int64_t
next_number(const char **at)
{
	size_t digits = strspn(*at, "0123456789");
	int64_t number = 0;

	if (digits == 0 || digits > 9)
		return -1;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + ((*at)[i] - '0');
	*at += digits + ((*at)[digits] == '.');
	return number;
}

bool
retire_is_newer(const char *a, const char *b)
{
	for (;;) {
		int64_t x = next_number(&a), y = next_number(&b);

		if (x != y)
			return x > y;
		if (x == -1)
			return false;
	}
}

/* Nothing waits but the asker whose request has just been answered. */
static void
leave_if_free(void *arg)
{
	struct agent *agent = arg;

	agent->retirement = NULL;
	if (agent->ending == NULL && agent->askers == 0 &&
	    list_empty(ledger_lines(agent->ledger)) &&
	    !sessions_any(agent->sessions) &&
	    keeper_is_empty(agent->keeper))
		ending_begin(agent, NULL);
}

void
retire_for(struct agent *agent, const char *version)
{
	if (version == NULL || agent->once || agent->retirement != NULL ||
	    !retire_is_newer(version, PROGRAM_VERSION))
		return;
	agent->retirement =
	    loop_timer(agent->loop, clock_ms(), leave_if_free, agent);
}
