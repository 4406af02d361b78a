/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "helpers/daypass/run_child.h"
#include "helpers/daypass/run_session.h"
#include "helpers/daypass/run_wait.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"

static const char *as, *ttl, *reason;
static bool advisory;

static const struct option_row options[] = {
    {"as", "NAME",
	"isolated, as this actor; without it a session named run, "
	"kept apart in the books alone",
	&as, NULL},
    {"ttl", "D", "give it credentials for so long: 900, 30m, 8h", &ttl, NULL},
    {"reason", "TEXT", "what it is for, for who approves and who reads",
	&reason, NULL},
    {"advisory", NULL, "also where it cannot be isolated: no boundary then",
	NULL, &advisory},
    {0}};

static struct client client;
static struct plan plan;

static int
check_usage(int argc, struct run_session *session, struct error *err)
{
	if (argc < 2)
		return error_set(err, FAULT_USAGE,
		    "name a command, as in: daypass run --as agent:me -- sh");
	if (advisory && as == NULL)
		return error_set(err, FAULT_USAGE,
		    "--advisory goes with --as: without it nothing is "
		    "isolated");
	if (ttl != NULL && (session->ttl = clock_parse_duration(ttl)) < 1)
		return error_set(err, FAULT_USAGE,
		    "--ttl '%.32s' is no duration: 900, 30m, 8h", ttl);
	return 0;
}

/* What to hide is the agent's to say. */
static int
make_plan(struct error *err)
{
	client_start(&client, "isolation");
	if (client_answer(&client, err) == -1)
		return -1;
	return plan_make(&plan, &client.message, err);
}

/* The shell that started us, or the next command of a script, wants the
 * terminal back that the command may have kept. */
static void
take_terminal(pid_t group)
{
	if (group > 0 && tcgetpgrp(STDIN_FILENO) != group)
		tcsetpgrp(STDIN_FILENO, group);
}

static pid_t
terminal_group(void)
{
	pid_t group = getpgrp();

	return tcgetpgrp(STDIN_FILENO) == group ? group : -1;
}

/* As the command has ended: who started us is to see no difference. */
static int
end_as(int status)
{
	struct rlimit none = {0, 0};
	sigset_t set;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (!WIFSIGNALED(status))
		return fault_exit(FAULT_SYSTEM);
	setrlimit(RLIMIT_CORE, &none); /* the core is the command's */
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

static int
run_in(struct run_session *session, struct run_order *order, struct error *err)
{
	struct run_child child;
	pid_t group = terminal_group();
	sigset_t set;
	int status;

	run_signals(&set);
	sigprocmask(SIG_BLOCK, &set, &order->mask);
	if (run_session_open(session, err) == -1)
		return -1;
	if (order->plan == NULL || order->anyway)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (run_child_start(order, &child, err) == -1)
		return -1;
	if (child.spaces) {
		prctl(PR_SET_CHILD_SUBREAPER, 0);
		session->root = child.pid;
	}
	if (run_session_attend(session, false, err) == -1) {
		run_child_gate(&child, false);
		if (err->fault == FAULT_NONE)
			error_set(err, FAULT_SYSTEM, "the agent has ended");
		return -1;
	}
	run_child_gate(&child, true);
	status = run_wait(session, &child, order->plan != NULL);
	take_terminal(group);
	return status;
}

static int
run(int argc, char **argv)
{
	struct run_session session = {.name = as == NULL ? "run" : as,
	    .reason = reason,
	    .advisory = advisory,
	    .fd = -1};
	struct run_order order = {.argv = argv + 1, .anyway = advisory};
	struct error err = {.fault = FAULT_NONE};
	int status;

	if (check_usage(argc, &session, &err) == -1 ||
	    (as != NULL && make_plan(&err) == -1))
		return verb_fail(&err);
	order.plan = as == NULL ? NULL : &plan;
	session.sealed = as != NULL;
	session.named = &plan.named;
	order.environment = plan_environment(&plan, session.name);
	if (order.environment == NULL)
		error_set(&err, FAULT_SYSTEM, "no memory");
	status = err.fault != FAULT_NONE ? -1 : run_in(&session, &order, &err);
	free(order.environment);
	plan_free(&plan);
	return status == -1 ? verb_fail(&err) : end_as(status);
}

const struct verb verb_run = {
    .word = "run",
    .command = {.name = "daypass run",
	.synopsis = "[--as NAME] [--ttl D] [--reason TEXT] [--advisory] "
		    "[--] command...",
	.summary = "a command in a child session of its own",
	.options = options},
    .stops = true,
    .run = run,
};
