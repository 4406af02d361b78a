/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dirs.h"
#include "base/program.h"
#include "base/text.h"
#include "helpers/daypass/setup.h"
#include "helpers/daypass/setup_memory.h"
#include "helpers/daypass/setup_show.h"
#include "helpers/daypass/setup_tools.h"
#include "helpers/daypass/setup_wanted.h"
#include "helpers/daypass/verb.h"

static bool dry_run, undo, for_system, as_json;

static const struct option_row options[] = {
    {"dry-run", NULL, "show what would change, as a diff", NULL, &dry_run},
    {"undo", NULL, "take back what setup did", NULL, &undo},
    {"system", NULL, "for all users, by the system's configuration", NULL,
	&for_system},
    {"json", NULL, "as JSON, for scripts", NULL, &as_json}, {0}};

static const struct setup_tool *const tools[] = {
    &setup_tool_git, &setup_tool_docker, &setup_tool_aws, &setup_tool_gcloud};
#define TOOLS (sizeof(tools) / sizeof(tools[0]))

static int
check_usage(int argc, char **argv, struct error *err)
{
	const char *words[TOOLS + 2] = {"all"};
	const char *nearest;

	if (argc != 2)
		return error_set(err, FAULT_USAGE,
		    "name one tool, or all of them: daypass setup "
		    "git|docker|aws|gcloud|all");
	for (size_t i = 0; i < TOOLS; i++)
		words[i + 1] = tools[i]->word;
	for (size_t i = 0; words[i] != NULL; i++)
		if (strcmp(argv[1], words[i]) == 0)
			return 0;
	nearest = text_nearest(argv[1], words);
	return error_set(err, FAULT_USAGE, "unknown tool '%.64s'; %s%s%s",
	    argv[1], nearest == NULL ? "" : "did you mean '",
	    nearest == NULL ? "one of git, docker, aws, gcloud, all" : nearest,
	    nearest == NULL ? "" : "'?");
}

static bool
is_installed(const struct setup_tool *tool)
{
	const char *path = setup_variable("PATH");
	char found[DIRS_PATH_MAX];

	return path != NULL &&
	       program_find(tool->program, path, found, sizeof(found)) == 0;
}

/* What nothing binds any more, but was set up once, is still gone through. */
static bool
is_bound(const struct setup_plan *plan, const struct config *config,
    const struct setup_tool *tool)
{
	if (setup_wanted_count(config, tool->word) > 0)
		return true;
	for (size_t i = 0; i < plan->edit_count; i++)
		if (strcmp(plan->edits[i]->tool, tool->word) == 0)
			return true;
	return tool == &setup_tool_gcloud;
}

static int
plan_tool(struct setup_plan *plan, const struct config *config,
    const struct setup_tool *tool, struct error *err)
{
	plan->tool = tool->word;
	plan->ini = tool->ini;
	if (!is_bound(plan, config, tool))
		return setup_plan_note(plan, NOTE_SKIPPED, "", err,
		    "daypass's configuration binds nothing for it: there is "
		    "no usable [%s \"...\"]",
		    tool->word);
	if (!is_installed(tool) &&
	    setup_plan_note(plan, NOTE_HINT, "", err, "%s is not on PATH",
		tool->program) == -1)
		return -1;
	return tool->plan(plan, config, err);
}

static bool
is_meant(const char *word, const struct setup_tool *tool)
{
	return strcmp(word, "all") == 0 || strcmp(word, tool->word) == 0;
}

static int
note_mistakes(
    struct setup_plan *plan, const struct config *config, struct error *err)
{
	const char *mistake;

	plan->tool = "daypass";
	for (size_t i = 0; (mistake = config_mistake(config, i)) != NULL; i++)
		if (setup_plan_note(
			plan, NOTE_SKIPPED, "", err, "%s", mistake) == -1)
			return -1;
	return 0;
}

static int
plan_setup(struct setup_plan *plan, const char *word, struct error *err)
{
	scoped(config) struct config *config = NULL;

	if (setup_wanted_read(for_system, &config, err) == -1 ||
	    note_mistakes(plan, config, err) == -1)
		return -1;
	for (size_t i = 0; i < TOOLS; i++)
		if (is_meant(word, tools[i]) &&
		    plan_tool(plan, config, tools[i], err) == -1)
			return error_in(err, "setup %s", tools[i]->word);
	return 0;
}

static int
plan_undo(struct setup_plan *plan, const char *word, struct error *err)
{
	for (size_t i = 0; i < TOOLS; i++) {
		plan->tool = tools[i]->word;
		plan->ini = tools[i]->ini;
		if (is_meant(word, tools[i]) &&
		    setup_plan_undo(plan, tools[i]->word, err) == -1)
			return error_in(err, "setup %s", tools[i]->word);
	}
	return 0;
}

static int
show(const struct setup_plan *plan, struct error *err)
{
	if (as_json)
		return setup_show_json(plan, dry_run, err);
	if (dry_run && setup_show_diff(plan, err) == -1)
		return -1;
	return setup_show_notes(plan, dry_run, err);
}

static int
work(struct setup_plan *plan, const char *word, const char *state,
    struct error *err)
{
	plan->system = for_system;
	if (setup_memory_read(state, plan, err) == -1)
		return -1;
	if ((undo ? plan_undo(plan, word, err) : plan_setup(plan, word, err)) ==
		-1 ||
	    setup_plan_settle(plan, err) == -1)
		return -1;
	if (!dry_run && setup_plan_commit(plan, state, err) == -1)
		return -1;
	return show(plan, err);
}

/* A run that only looks makes nothing, not even the place to remember. */
static int
work_alone(struct setup_plan *plan, const char *word, struct error *err)
{
	char state[DIRS_PATH_MAX];
	int lock = -1, result;

	if (setup_memory_path(for_system, state, sizeof(state), err) == -1)
		return -1;
	if (!dry_run &&
	    (lock = setup_memory_lock(state, for_system, err)) == -1)
		return -1;
	result = work(plan, word, state, err);
	if (!dry_run)
		setup_memory_unlock(state, for_system, lock);
	return result;
}

static int
set_up(const char *word)
{
	scoped(setup_plan) struct setup_plan plan = {.tool = NULL};
	struct error err = {.fault = FAULT_NONE};

	if (work_alone(&plan, word, &err) == -1) {
		error_at(&err, STAGE_CONFIG);
		return verb_fail(&err);
	}
	return plan.conflict ? fault_exit(FAULT_CONFIG) : 0;
}

int
setup_all(void)
{
	return set_up("all");
}

static int
run(int argc, char **argv)
{
	struct error err = {.fault = FAULT_NONE};

	if (check_usage(argc, argv, &err) == -1)
		return verb_fail(&err);
	return set_up(argv[1]);
}

const struct verb verb_setup = {
    .word = "setup",
    .command = {.name = "daypass setup",
	.synopsis = "[--dry-run] [--undo] [--system] [--json] "
		    "git|docker|aws|gcloud|all",
	.summary = "tells git, docker, aws and gcloud to ask daypass",
	.options = options},
    .run = run,
};
