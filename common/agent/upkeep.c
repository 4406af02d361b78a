/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/audit.h"
#include "agent/ending.h"
#include "agent/keeper.h"
#include "agent/leader.h"
#include "agent/ledger.h"
#include "agent/log.h"
#include "agent/network.h"
#include "agent/reader.h"
#include "agent/recall.h"
#include "agent/rest.h"
#include "agent/sessions.h"
#include "agent/upkeep.h"
#include "agent/vault.h"
#include "base/clock.h"

#define IDLE_SECONDS 3600
#define TICK_MS 30000
#define TICK_SHORT_MS 500

/* A session setting, the user's file included; NULL when not said. */
static const char *
session_setting(const struct agent *agent, const char *key)
{
	const struct config *config = reader_last(agent->reader);
	const struct settings *settings = NULL;

	if (config == NULL ||
	    config_section(config, "session", NULL, &settings, NULL) == -1)
		return NULL;
	return settings_get(settings, key);
}

static int64_t
idle_seconds(const struct agent *agent)
{
	const char *idle = session_setting(agent, "idle");
	int64_t seconds = idle == NULL ? -1 : clock_parse_duration(idle);

	return seconds < 0 ? IDLE_SECONDS : seconds;
}

static bool
is_idle(const struct agent *agent)
{
	return agent->askers == 0 && list_empty(ledger_lines(agent->ledger)) &&
	       !sessions_any(agent->sessions) &&
	       keeper_is_empty(agent->keeper) &&
	       clock_ms() - agent->last_asked >= idle_seconds(agent) * 1000;
}

static void
tick(void *arg);

/* Often where the idle time is short, or the leader is to be looked for. */
static void
schedule(struct agent *agent)
{
	bool often =
	    idle_seconds(agent) < TICK_MS / 1000 || leader_is_looked_for(agent);

	timer_free(agent->tick);
	agent->tick = loop_timer(agent->loop,
	    clock_ms() + (often ? TICK_SHORT_MS : TICK_MS), tick, agent);
}

static void
tick(void *arg)
{
	struct agent *agent = arg;

	agent->tick = NULL;
	vault_expire(agent->vault);
	ledger_expire(agent->ledger);
	recall_due(agent->recall);
	if (agent->ending == NULL && (is_idle(agent) || leader_is_gone(agent)))
		ending_begin(agent, NULL);
	else
		schedule(agent);
}

/* On a terminal the log is there; otherwise where the configuration says. */
static void
choose_log(struct agent *agent)
{
	const char *where =
	    agent->foreground ? "stderr" : session_setting(agent, "log");

	log_free(agent->log);
	agent->log = log_new(where);
}

static void
config_changed_now(void *arg)
{
	struct agent *agent = arg;

	choose_log(agent);
	audit_configure(agent->audit, reader_last(agent->reader));
	/* After those who waited for the configuration: an identity's program
	 * runs meanwhile, and was forked from a process that is small yet. */
	network_prepare(agent->network);
	rests_wake(agent->rests);
	leader_follow(agent, session_setting(agent, "leader"));
	schedule(agent);
}

void
upkeep_start(struct agent *agent)
{
	reader_on_change(agent->reader, config_changed_now, agent);
	schedule(agent);
}
