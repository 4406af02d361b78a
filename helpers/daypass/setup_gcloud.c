/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/dirs.h"
#include "base/json.h"
#include "base/text.h"
#include "helpers/daypass/setup_account.h"
#include "helpers/daypass/setup_ini.h"
#include "helpers/daypass/setup_tools.h"
#include "helpers/daypass/setup_wanted.h"
#include "helpers/daypass/setup_whole.h"

/*
 * gcloud: a credential file for each Google credential (setup_account.c), and
 * the property auth/credential_file_override of its active configuration. That
 * an executable may be run at all is said by an environment variable, which
 * is the shell's affair.
 */
static const char property[] = "credential_file_override";
static const char activator_what[] = "active_config";

/* gcloud's configuration gives `%` a meaning, the shell quotes. */
static int
check_path(const char *path, struct error *err)
{
	for (const char *c = path; *c != '\0'; c++)
		if (strchr("%'", *c) != NULL || (unsigned char)*c < ' ')
			return error_set(err, FAULT_CONFIG,
			    "the path of daypass's configuration has a %% or "
			    "a quote, which gcloud or the shell takes for "
			    "something else");
	return 0;
}

/* Beside daypass's configuration. */
static int
account_path(const struct setup_plan *plan, const char *name, char *path,
    size_t size, struct error *err)
{
	char config[DIRS_PATH_MAX];
	bool named;
	char *slash;
	int length;

	if (name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "abcdefghijklmnopqrstuvwxyz0123456789_-")] !=
	    '\0')
		return error_set(err, FAULT_CONFIG,
		    "the credential's name does not do for a file's: letters, "
		    "digits, _ and -");
	if (plan->system)
		text_copy(config, sizeof(config), SYSTEM_CONFIG);
	else if (dirs_config(config, sizeof(config), &named) == -1)
		return error_set(err, FAULT_CONFIG, "HOME is not set");
	if (config[0] != '/' || (slash = strrchr(config, '/')) == NULL)
		return error_set(err, FAULT_CONFIG,
		    "no absolute path leads to daypass's configuration");
	*slash = '\0';
	length = snprintf(path, size, "%s/gcloud-%s.json", config, name);
	if (length < 0 || (size_t)length >= size)
		return error_set(err, FAULT_CONFIG, "the path is too long");
	return check_path(path, err);
}

/* One credential file, whole. */
static int
settle_account(struct setup_plan *plan, const char *path, const char *name,
    const struct buffer *wanted, struct error *err)
{
	bool put;

	if (setup_whole_settle(plan, path, name, wanted->bytes, &put, err) ==
	    -1)
		return -1;
	return put ? setup_plan_note(plan, NOTE_CHANGE, path, err,
			 "put in the credential file of %s", name)
		   : 0;
}

/* gcloud's active configuration (its core/config.py, named_configs.py), and
 * the file that says which it is; "" if a variable does. */
static int
find_properties(char *path, size_t size, char *activator, struct error *err)
{
	const char *folder = setup_variable("CLOUDSDK_CONFIG");
	const char *name = setup_variable("CLOUDSDK_ACTIVE_CONFIG_NAME");
	scoped(setup_draft) struct setup_draft *active = NULL;
	char base[DIRS_PATH_MAX - 64], file[DIRS_PATH_MAX];
	char read[128] = "default";
	struct error ignored;
	int length;

	if (folder != NULL && folder[0] == '/')
		text_copy(base, sizeof(base), folder);
	else if (setup_home(base, sizeof(base), ".config/gcloud", err) == -1)
		return -1;
	length = snprintf(file, sizeof(file), "%s/active_config", base);
	if (name == NULL && length > 0 && (size_t)length < sizeof(file) &&
	    setup_draft_open(file, &active, &ignored) == 0 &&
	    active->now.length > 0)
		snprintf(read, sizeof(read), "%.*s",
		    (int)strcspn(active->now.bytes, " \t\r\n"),
		    active->now.bytes);
	if (name == NULL)
		name = read;
	if (name[0] == '\0' || strchr(name, '/') != NULL)
		return error_set(err, FAULT_CONFIG,
		    "gcloud's active configuration has no usable name");
	text_copy(activator, DIRS_PATH_MAX, name == read ? file : "");
	length =
	    snprintf(path, size, "%s/configurations/config_%s", base, name);
	return length > 0 && (size_t)length < size
		   ? 0
		   : error_set(err, FAULT_CONFIG, "the path is too long");
}

/*
 * Where there is no file that says which configuration is active, gcloud
 * thinks that it has none, and empties the default one to begin with. The file
 * is taken back only together with that configuration.
 */
static int
put_activator(struct setup_plan *plan, const char *path, const char *properties,
    struct error *err)
{
	struct setup_draft *draft;

	if (path[0] == '\0')
		return 0;
	if (setup_plan_draft(plan, path, false, &draft, err) == -1)
		return -1;
	if (draft->now.length > 0) {
		setup_plan_keep(plan, draft, activator_what);
		return 0;
	}
	if (setup_plan_append(plan, draft, activator_what, "default", 0, err) ==
		-1 ||
	    setup_plan_depend(plan, properties, err) == -1)
		return -1;
	return setup_plan_note(plan, NOTE_CHANGE, path, err,
	    "put in that config_default is active");
}

static int
put_property(struct setup_plan *plan, struct setup_draft *draft,
    const struct setup_ini_found *found, const char *account, struct error *err)
{
	struct setup_text *text = &draft->now;
	const char *newline = setup_text_newline(text);
	scoped(buffer) struct buffer lines = BUFFER(16384);
	struct setup_edit edit = {
	    .kind = EDIT_LINES, .what = property, .old = ""};
	size_t head;

	if (found == NULL)
		buffer_printf(&lines, "[auth]%s", newline);
	else
		buffer_add(&lines, setup_text_bytes(text) + found->first,
		    found->indent);
	head = lines.length;
	buffer_printf(&lines, "%s = %s%s", property, account, newline);
	if (buffer_failed(&lines))
		return error_set(err, FAULT_SYSTEM, "no memory");
	if (found == NULL)
		return setup_plan_append(
		    plan, draft, property, lines.bytes, head, err);
	edit.new = lines.bytes;
	edit.at = found->body;
	if (text->bytes[found->body - 1] != '\n')
		return error_set(err, FAULT_CONFIG,
		    "'%s': the last line has no end", draft->path);
	return setup_plan_put(plan, draft, &edit, err);
}

/* First without `write`: does the property say so already? */
static int
settle_property(struct setup_plan *plan, struct setup_draft *draft,
    const char *account, const char *activator, bool write, struct error *err)
{
	struct setup_ini_found found;
	int there = setup_ini_find(&draft->now, "auth", property, &found, err);

	if (there == -1)
		return error_in(err, "'%s'", draft->path);
	if (there == 1 && found.has_key) {
		if (account != NULL && !found.goes_on &&
		    found.key.value_length == strlen(account) &&
		    setup_text_at(&draft->now, found.key.value, account)) {
			setup_plan_keep(plan, draft, property);
			return put_activator(plan, activator, draft->path, err);
		}
		if (!write || account == NULL)
			return 0;
		plan->conflict = true;
		return setup_plan_note(plan, NOTE_SKIPPED, draft->path, err,
		    "auth/%s is set to another file: gcloud config unset "
		    "auth/%s",
		    property, property);
	}
	if (!write || account == NULL)
		return 0;
	if (put_activator(plan, activator, draft->path, err) == -1 ||
	    put_property(
		plan, draft, there == 1 ? &found : NULL, account, err) == -1)
		return -1;
	return setup_plan_note(
	    plan, NOTE_CHANGE, draft->path, err, "put in [auth] %s", property);
}

static int
settle_gcloud(struct setup_plan *plan, const char *account, struct error *err)
{
	struct setup_draft *draft;
	char path[DIRS_PATH_MAX], activator[DIRS_PATH_MAX];

	if (plan->system)
		return account == NULL
			   ? 0
			   : setup_plan_note(plan, NOTE_HINT, "", err,
				 "run: gcloud config set --installation "
				 "auth/%s %s",
				 property, account);
	if (find_properties(path, sizeof(path), activator, err) == -1)
		return -1;
	if (account == NULL && !setup_plan_knows(plan, path))
		return 0;
	if (setup_plan_draft(plan, path, false, &draft, err) == -1 ||
	    settle_property(plan, draft, account, activator, false, err) ==
		-1 ||
	    setup_plan_retract(plan, draft, err) == -1)
		return -1;
	return settle_property(plan, draft, account, activator, true, err);
}

static int
tell_shell(struct setup_plan *plan, const char *account, struct error *err)
{
	const char *quote =
	    account != NULL && strpbrk(account, " \t\"$&;()<>|*?[]#~`\\!") ? "'"
									   : "";

	if (setup_plan_note(plan, NOTE_SHELL, "", err,
		"export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1") == -1)
		return -1;
	return account == NULL
		   ? 0
		   : setup_plan_note(plan, NOTE_SHELL, "", err,
			 "export GOOGLE_APPLICATION_CREDENTIALS=%s%s%s", quote,
			 account, quote);
}

/* Every account's file, and which of them gcloud is to use. */
static int
settle_accounts(struct setup_plan *plan, const struct config *config,
    const char *helper, char *chosen, size_t size, struct error *err)
{
	struct setup_account account;
	char path[DIRS_PATH_MAX];
	size_t i = 0, leaves = 0;
	struct error why;
	int got;

	chosen[0] = '\0';
	while ((got = setup_account_next(config, helper, &i, &account, err)) ==
	       1) {
		scoped(buffer) struct buffer text = account.text;

		if (account.why[0] == '\0' &&
		    account_path(
			plan, account.name, path, sizeof(path), &why) == -1)
			text_copy(account.why, sizeof(account.why), why.text);
		if (account.why[0] != '\0') {
			if (setup_plan_note(plan, NOTE_SKIPPED, "", err,
				"[credential \"%s\"]: %s", account.name,
				account.why) == -1)
				return -1;
			continue;
		}
		if (settle_account(plan, path, account.name, &text, err) == -1)
			return -1;
		if (account.is_leaf && ++leaves == 1)
			text_copy(chosen, size, path);
	}
	if (leaves > 1)
		chosen[0] = '\0';
	if (leaves > 1 &&
	    setup_plan_note(plan, NOTE_HINT, "", err,
		"there are %zu Google credentials: choose by gcloud config "
		"set auth/%s FILE",
		leaves, property) == -1)
		return -1;
	return got;
}

/* Files of credentials that are no more. */
static int
retract_accounts(struct setup_plan *plan, struct error *err)
{
	struct setup_draft *draft;

	for (size_t i = plan->edit_count; i-- > 0;) {
		const struct setup_edit *edit = plan->edits[i];

		if (edit->kept || edit->fresh || edit->gone ||
		    setup_edit_is_ground(edit) ||
		    strcmp(edit->tool, plan->tool) != 0 ||
		    strcmp(edit->what, property) == 0 ||
		    strcmp(edit->what, activator_what) == 0)
			continue;
		if (setup_plan_draft(plan, edit->file, false, &draft, err) ==
			-1 ||
		    setup_plan_retract(plan, draft, err) == -1)
			return -1;
	}
	return 0;
}

static int
plan_gcloud(
    struct setup_plan *plan, const struct config *config, struct error *err)
{
	char helper[DIRS_PATH_MAX], chosen[DIRS_PATH_MAX];
	const char *account;

	if (setup_wanted_program("gcloud-credential-daypass", helper,
		sizeof(helper), err) == -1 ||
	    settle_accounts(
		plan, config, helper, chosen, sizeof(chosen), err) == -1 ||
	    retract_accounts(plan, err) == -1)
		return -1;
	account = chosen[0] != '\0' ? chosen : NULL;
	if (settle_gcloud(plan, account, err) == -1)
		return -1;
	if (!setup_account_any(config))
		return setup_plan_note(plan, NOTE_SKIPPED, "", err,
		    "there is no [credential] with exchange = gcp-federation, "
		    "which would name the pool");
	return tell_shell(plan, account, err);
}

const struct setup_tool setup_tool_gcloud = {
    .word = "gcloud", .program = "gcloud", .ini = true, .plan = plan_gcloud};
