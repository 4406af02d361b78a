/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "agent/ending.h"
#include "agent/keeper.h"
#include "agent/ledger.h"
#include "agent/log.h"
#include "agent/network.h"
#include "agent/reader.h"
#include "agent/rest.h"
#include "agent/sessions.h"
#include "agent/upkeep.h"
#include "agent/vault.h"
#include "base/clock.h"
#include "base/text.h"

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

/* Often where the idle time is short. */
static void
schedule(struct agent *agent)
{
	bool often = idle_seconds(agent) < TICK_MS / 1000;

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
	if (agent->ending == NULL && is_idle(agent))
		ending_begin(agent, NULL);
	else
		schedule(agent);
}

static void
leader_gone(void *arg, uint32_t events)
{
	struct agent *agent = arg;

	(void)events;
	watch_free(agent->leader_watch);
	agent->leader_watch = NULL;
	ending_begin(agent, NULL);
}

/* The session ends with its leader. One that is gone already is a mistake to
 * be told (see get.c), not a session that ends before it has answered. */
static void
follow_leader(struct agent *agent)
{
	const char *leader = session_setting(agent, "leader");
	int64_t pid = leader == NULL ? -1 : text_number(leader, INT_MAX);

	agent->leaderless = false;
	if (agent->leader_watch != NULL || pid <= 0 || agent->once)
		return;
	agent->leader = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	agent->leaderless = agent->leader == -1 && errno == ESRCH;
	if (agent->leader != -1)
		agent->leader_watch = loop_watch(agent->loop, agent->leader,
		    EPOLLIN, leader_gone, agent, NULL);
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
	/* After those who waited for the configuration: an identity's program
	 * runs meanwhile, and was forked from a process that is small yet. */
	network_prepare(agent->network);
	rests_wake(agent->rests);
	follow_leader(agent);
	schedule(agent);
}

void
upkeep_start(struct agent *agent)
{
	reader_on_change(agent->reader, config_changed_now, agent);
	schedule(agent);
}
