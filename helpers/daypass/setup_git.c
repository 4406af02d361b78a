/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/dirs.h"
#include "base/text.h"
#include "config/match.h"
#include "config/scan.h"
#include "helpers/daypass/setup_tools.h"
#include "helpers/daypass/setup_wanted.h"

/*
 * git's configuration (git-config(1), gitcredentials(7)): a section for each
 * binding, at the end of the file, since git adds up the helpers of all that
 * match, in order, and an empty one resets what came before.
 *
 * It is changed as text. libgit2's writer would spread the keys over sections
 * that others wrote, leave empty headers behind, and make the file anew with
 * mode 0644.
 */
static const char helper_name[] = "git-credential-daypass";

/* Where `git config --global` would write. */
static int
find_file(
    const struct setup_plan *plan, char *path, size_t size, struct error *err)
{
	const char *named = setup_variable(
	    plan->system ? "GIT_CONFIG_SYSTEM" : "GIT_CONFIG_GLOBAL");
	const char *xdg = setup_variable("XDG_CONFIG_HOME");
	char other[DIRS_PATH_MAX];
	int length;

	if (named != NULL && named[0] == '/')
		return setup_path(path, size, named, err);
	if (plan->system)
		return setup_path(path, size, "/etc/gitconfig", err);
	if (setup_home(path, size, ".gitconfig", err) == -1)
		return -1;
	if (access(path, F_OK) == 0)
		return 0;
	if (xdg != NULL && xdg[0] == '/') {
		length = snprintf(other, sizeof(other), "%s/git/config", xdg);
		if (length < 0 || (size_t)length >= sizeof(other))
			return 0;
	} else if (setup_home(
		       other, sizeof(other), ".config/git/config", err) == -1) {
		return -1;
	}
	return access(other, F_OK) == 0 ? setup_path(path, size, other, err)
					: 0;
}

/* What the section of one URL should say. */
struct wish {
	const char *helper;
	bool path;
	/* What was found so far: */
	bool reset, ours, has_path;
	bool spoilt; /* behind ours comes another helper, or a reset */
};

/* Does a section of git's configuration speak of this URL, or might it? -1: no
 * memory to tell. */
static int
may_match(const struct scan_entry *entry, const char *url, struct error *err)
{
	struct match *match = NULL;
	struct target target;
	struct error why;
	bool fits;

	if (entry->subsection == NULL || strcmp(entry->subsection, url) == 0)
		return true;
	if (match_read(MATCH_URL, entry->subsection, &match, &why) == -1)
		return why.fault == FAULT_SYSTEM
			   ? error_set(err, FAULT_SYSTEM, "no memory")
			   : true;
	fits = target_url(url, &target, NULL) == -1 ||
	       match_same_host(match, &target);
	match_free(match);
	return fits;
}

/* One of its `credential` sections' keys. */
static void
look_into(struct wish *wish, const struct scan_entry *entry, const char *url)
{
	const char *value = entry->value != NULL ? entry->value : "true";
	bool exact;

	exact =
	    entry->subsection != NULL && strcmp(entry->subsection, url) == 0;
	if (strcmp(entry->key, "usehttppath") == 0 && exact)
		wish->has_path = text_boolean(value) == 1;
	if (strcmp(entry->key, "helper") != 0)
		return;
	if (exact && value[0] == '\0') {
		wish->reset = true;
		wish->ours = wish->spoilt = false;
	} else if (strcmp(value, wish->helper) == 0) {
		wish->ours |= exact && wish->reset;
		wish->spoilt = false;
	} else {
		wish->spoilt |= wish->ours;
		wish->reset = wish->reset && (!exact || wish->ours);
	}
}

static int
look_at(struct wish *wish, const struct scan_entry *entry, const char *url,
    struct error *err)
{
	int matches;

	if (strncmp(entry->section, "include", 7) == 0)
		wish->spoilt |= wish->ours;
	if (strcmp(entry->section, "credential") != 0 || entry->key == NULL)
		return 0;
	if ((matches = may_match(entry, url, err)) == 1)
		look_into(wish, entry, url);
	return matches == -1 ? -1 : 0;
}

/* 1: it is as it should be. -1: the file cannot be read. */
static int
is_satisfied(const struct setup_text *text, const char *url,
    const struct wish *wanted, struct error *err)
{
	scoped(scan) struct scan *scan =
	    scan_new(setup_text_bytes(text), text->length);
	struct wish wish = *wanted;
	struct scan_entry entry;
	int got;

	if (scan == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	scan_allow_dots(scan);
	while ((got = scan_next(scan, &entry, err)) == 1)
		if (look_at(&wish, &entry, url, err) == -1)
			return -1;
	if (got == -1)
		return error_in(err, "line %u", scan_line(scan));
	return wish.reset && wish.ours && !wish.spoilt &&
	       (wish.has_path || !wish.path);
}

/* The section as text; *head: how long its header is. */
static char *
write_section(
    const char *url, const struct wish *wish, const char *newline, size_t *head)
{
	scoped(buffer) struct buffer out = BUFFER(16384);

	buffer_add_string(&out, "[credential \"");
	for (const char *c = url; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			buffer_add_string(&out, "\\");
		buffer_add(&out, c, 1);
	}
	buffer_printf(&out, "\"]%s", newline);
	*head = out.length;
	buffer_printf(&out, "\thelper =%s\thelper = %s%s", newline,
	    wish->helper, newline);
	if (wish->path)
		buffer_printf(&out, "\tuseHttpPath = true%s", newline);
	return buffer_failed(&out) ? NULL : take(&out.bytes);
}

static int
settle_url(struct setup_plan *plan, struct setup_draft *draft, const char *url,
    const struct wish *wish, bool write, struct error *err)
{
	scoped(string) char *lines = NULL;
	size_t head;
	int done = is_satisfied(&draft->now, url, wish, err);

	if (done == -1)
		return error_in(err, "'%s'", draft->path);
	if (done == 1) {
		setup_plan_keep(plan, draft, url);
		return 0;
	}
	if (!write)
		return 0;
	lines =
	    write_section(url, wish, setup_text_newline(&draft->now), &head);
	if (lines == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	if (setup_plan_append(plan, draft, url, lines, head, err) == -1)
		return -1;
	return setup_plan_note(plan, NOTE_CHANGE, draft->path, err,
	    "put in [credential \"%s\"]", url);
}

/* git knows `*` for a whole label of the host, and no other globs. */
static bool
is_for_git(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	const char *end = host + strcspn(host, "/");

	for (const char *c = host; c < end; c++)
		if (*c == '*' && (strchr("/.", c[-1]) == NULL ||
				     strchr(".:/", c[1]) == NULL))
			return false;
	return true;
}

/* Does some step look at the path, that git leaves out unless it is told not
 * to? */
static bool
wants_path(const struct config *config, const struct section *binding)
{
	struct target target;
	const struct section *step;

	if (match_has_path(binding->match) ||
	    config_names(config, "policy")[0] != NULL)
		return true;
	if (target_url_pattern(match_text(binding->match), &target, NULL) ==
		-1 ||
	    config_wants_path(config, &target) != NULL ||
	    strncmp(target.host, "git-codecommit.", 15) == 0)
		return true;
	step = setup_wanted_credential(config, binding, "credential");
	for (int i = 0; step != NULL && i < 32; i++) {
		const char *exchange = settings_get(step->settings, "exchange");

		if (exchange != NULL &&
		    ((strcmp(exchange, "octo-sts") == 0 &&
			 settings_get(step->settings, "scope") == NULL) ||
			strcmp(exchange, "aws-codecommit") == 0))
			return true;
		step = setup_wanted_credential(config, step, "from");
	}
	return false;
}

/* A binding without a trailing .git is for the repository with one as well;
 * to git these are two paths. Of a path of one word it is not known whether it
 * is a repository. */
static bool
may_be_repository(const struct section *binding, const char *url)
{
	const char *path = strchr(strstr(url, "://") + 3, '/');

	return path != NULL && (strchr(path + 1, '/') != NULL ||
				   text_ends(binding->name, ".git"));
}

static int
settle_binding(struct setup_plan *plan, const struct config *config,
    struct setup_draft *draft, const struct section *binding,
    const char *helper, bool write, struct error *err)
{
	const char *url = match_text(binding->match);
	struct wish wish = {
	    .helper = helper, .path = wants_path(config, binding)};
	char repository[TARGET_MAX + 8];

	if (!is_for_git(url))
		return write ? setup_plan_note(plan, NOTE_SKIPPED, "", err,
				   "[git \"%s\"]: git's own patterns have `*` "
				   "for a whole label of the host alone: bind "
				   "the hosts one by one",
				   binding->name)
			     : 0;
	if (settle_url(plan, draft, url, &wish, write, err) == -1)
		return -1;
	if (!may_be_repository(binding, url))
		return 0;
	snprintf(repository, sizeof(repository), "%s.git", url);
	return settle_url(plan, draft, repository, &wish, write, err);
}

static int
settle_all(struct setup_plan *plan, const struct config *config,
    struct setup_draft *draft, const char *helper, bool write,
    struct error *err)
{
	const struct section *binding;
	size_t i = 0;

	while ((binding = setup_wanted_next(config, "git", &i)) != NULL)
		if (settle_binding(
			plan, config, draft, binding, helper, write, err) == -1)
			return -1;
	return 0;
}

static int
hint(struct setup_plan *plan, const struct config *config, struct error *err)
{
	const struct section *binding;
	size_t i = 0;

	if (plan->system &&
	    setup_plan_note(plan, NOTE_HINT, "", err,
		"a user's own ~/.gitconfig comes behind it: a helper that is "
		"set there is told of these credentials as well") == -1)
		return -1;
	while ((binding = setup_wanted_next(config, "git", &i)) != NULL)
		if (!match_has_glob(binding->match))
			return setup_plan_note(plan, NOTE_NEXT, "", err,
			    "daypass doctor git %s",
			    match_text(binding->match));
	return 0;
}

static int
plan_git(
    struct setup_plan *plan, const struct config *config, struct error *err)
{
	struct setup_draft *draft;
	char path[DIRS_PATH_MAX], helper[DIRS_PATH_MAX];

	if (find_file(plan, path, sizeof(path), err) == -1 ||
	    setup_wanted_program(helper_name, helper, sizeof(helper), err) ==
		-1 ||
	    setup_plan_draft(plan, path, false, &draft, err) == -1 ||
	    settle_all(plan, config, draft, helper, false, err) == -1 ||
	    setup_plan_retract(plan, draft, err) == -1 ||
	    settle_all(plan, config, draft, helper, true, err) == -1)
		return -1;
	return hint(plan, config, err);
}

const struct setup_tool setup_tool_git = {
    .word = "git", .program = "git", .plan = plan_git};
