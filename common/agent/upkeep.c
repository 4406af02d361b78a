/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "agent/ending.h"
#include "agent/ledger.h"
#include "agent/reader.h"
#include "agent/upkeep.h"
#include "agent/vault.h"
#include "base/clock.h"
#include "base/http.h"
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
	return agent->askers == 0 &&
	    list_empty(ledger_lines(agent->ledger)) &&
	    clock_ms() - agent->last_asked >= idle_seconds(agent) * 1000;
}

static void
tick(void *arg)
{
	struct agent *agent = arg;
	bool often = idle_seconds(agent) < TICK_MS / 1000;

	vault_expire(agent->vault);
	ledger_expire(agent->ledger);
	if (agent->ending == NULL && is_idle(agent)) {
		ending_begin(agent, NULL);
		return;
	}
	loop_timer(agent->loop,
	    clock_ms() + (often ? TICK_SHORT_MS : TICK_MS), tick, agent);
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

/* The session ends with its leader; one that is gone already ends it now. */
static void
follow_leader(struct agent *agent)
{
	const char *leader = session_setting(agent, "leader");
	int64_t pid = leader == NULL ? -1 : text_number(leader, INT_MAX);

	if (agent->leader_watch != NULL || pid <= 0 || agent->once)
		return;
	agent->leader = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (agent->leader == -1 && errno == ESRCH) {
		ending_begin(agent, NULL);
		return;
	}
	if (agent->leader != -1)
		agent->leader_watch = loop_watch(agent->loop, agent->leader,
		    EPOLLIN, leader_gone, agent, NULL);
}

static void
reach_network(struct agent *agent)
{
	const struct config *config = reader_last(agent->reader);
	const struct settings *settings = NULL;

	agent->network.fault = FAULT_NONE;
	if (config_section(
		config, "http", NULL, &settings, &agent->network) == -1 ||
	    http_global(
		settings_get(settings, "ca-file"), &agent->network) == -1)
		error_at(&agent->network, STAGE_CONFIG);
}

static void
config_changed_now(void *arg)
{
	struct agent *agent = arg;

	reach_network(agent);
	follow_leader(agent);
	if (idle_seconds(agent) < TICK_MS / 1000)
		loop_timer(
		    agent->loop, clock_ms() + TICK_SHORT_MS, tick, agent);
}

void
upkeep_start(struct agent *agent)
{
	reader_on_change(agent->reader, config_changed_now, agent);
	loop_timer(agent->loop, clock_ms() + TICK_MS, tick, agent);
}
