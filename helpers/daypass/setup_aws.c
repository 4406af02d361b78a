/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/dirs.h"
#include "base/text.h"
#include "config/match.h"
#include "helpers/daypass/setup_ini.h"
#include "helpers/daypass/setup_profile.h"
#include "helpers/daypass/setup_tools.h"
#include "helpers/daypass/setup_wanted.h"

/*
 * ~/.aws/config (https://docs.aws.amazon.com/sdkref/latest/guide/
 * file-format.html): a `credential_process` in the profile of each binding,
 * right behind the section's header, or in a section of its own at the end.
 */
static const char helper_name[] = "aws-credential-daypass";
static const char process_key[] = "credential_process";

struct aws_file {
	struct setup_draft *draft;
	const char *helper;
	struct setup_text shared; /* ~/.aws/credentials, as far as it is read */
};

/* Is it a command of ours, for this profile, wherever it lies? */
static bool
is_ours(const char *value, const char *profile)
{
	const char *end = value + strcspn(value, " ");
	char wanted[SETUP_INI_MAX];
	size_t length = strlen(helper_name);

	snprintf(wanted, sizeof(wanted), " --profile %s", profile);
	return (size_t)(end - value) >= length &&
	       strncmp(end - length, helper_name, length) == 0 &&
	       strcmp(end, wanted) == 0;
}

/* What stands in a profile before `credential_process` for botocore, and in
 * part for the others: of the same section, then of the credentials file. */
static int
warn_of(struct setup_plan *plan, const struct setup_text *text,
    const char *section, const char *profile, const char *file,
    struct error *err)
{
	static const char *const keys[] = {"aws_access_key_id", "role_arn",
	    "web_identity_token_file", "sso_session", "sso_start_url",
	    "credential_process", NULL};
	bool shared =
	    strcmp(section, profile) == 0 && strcmp(file, "credentials") == 0;
	struct setup_ini_found found;

	for (size_t i = 0; keys[i] != NULL; i++) {
		if (!shared && strcmp(keys[i], process_key) == 0)
			continue;
		if (setup_ini_find(text, section, keys[i], &found, NULL) != 1 ||
		    !found.has_key)
			continue;
		return setup_plan_note(plan, NOTE_HINT, "", err,
		    "profile %s has %s in ~/.aws/%s, which goes before daypass "
		    "with most clients: take it out to use daypass",
		    profile, keys[i], file);
	}
	return 0;
}

static int
warn(struct setup_plan *plan, const struct aws_file *file, const char *section,
    const char *profile, struct error *err)
{
	if (warn_of(plan, &file->draft->now, section, profile, "config", err) ==
	    -1)
		return -1;
	return warn_of(
	    plan, &file->shared, profile, profile, "credentials", err);
}

static int
put_line(struct setup_plan *plan, const struct aws_file *file,
    const char *profile, const char *section,
    const struct setup_ini_found *found, struct error *err)
{
	struct setup_text *text = &file->draft->now;
	const char *newline = setup_text_newline(text);
	scoped(buffer) struct buffer lines = BUFFER(16384);
	struct setup_edit edit = {
	    .kind = EDIT_LINES, .what = profile, .old = ""};

	if (found == NULL)
		buffer_printf(&lines, "[%s]%s", section, newline);
	edit.head = lines.length;
	if (found != NULL)
		buffer_add(&lines, setup_text_bytes(text) + found->first,
		    found->indent);
	buffer_printf(&lines, "%s = %s --profile %s%s", process_key,
	    file->helper, profile, newline);
	if (buffer_failed(&lines))
		return error_set(err, FAULT_SYSTEM, "no memory");
	edit.new = lines.bytes;
	if (found == NULL)
		return setup_plan_append(
		    plan, file->draft, profile, lines.bytes, edit.head, err);
	edit.at = found->body;
	if (text->bytes[found->body - 1] != '\n') {
		/* the header is the file's last line, without an end */
		struct setup_edit end = {.kind = EDIT_NEWLINE,
		    .old = "",
		    .new = newline,
		    .at = text->length};

		if (setup_plan_put(plan, file->draft, &end, err) == -1)
			return -1;
		edit.at = text->length;
	}
	return setup_plan_put(plan, file->draft, &edit, err);
}

/* The line of an older daypass, put there by hand or by us. */
static int
replace_line(struct setup_plan *plan, const struct aws_file *file,
    const char *profile, const struct setup_ini_line *line, struct error *err)
{
	const char *newline = setup_text_newline(&file->draft->now);
	scoped(string) char *old = NULL;
	scoped(buffer) struct buffer new = BUFFER(16384);

	old = strndup(
	    file->draft->now.bytes + line->begin, line->end - line->begin);
	if (old == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	buffer_add(&new, old, line->indent);
	buffer_printf(&new, "%s = %s --profile %s%s", process_key, file->helper,
	    profile, text_ends(old, "\n") ? newline : "");
	if (buffer_failed(&new))
		return error_set(err, FAULT_SYSTEM, "no memory");
	return setup_plan_put(plan, file->draft,
	    &(struct setup_edit){.kind = EDIT_LINES,
		.what = profile,
		.at = line->begin,
		.old = old,
		.new = new.bytes},
	    err);
}

/* A section that has the key already: 1: as it should be. 0: with a line of
 * ours that is to be replaced. -1: somebody else's. */
static int
judge(const struct aws_file *file, const char *profile,
    const struct setup_ini_found *found)
{
	const struct setup_ini_line *line = &found->key;
	char value[2 * DIRS_PATH_MAX], wanted[2 * DIRS_PATH_MAX];

	if (found->goes_on || line->value_length >= sizeof(value))
		return -1;
	memcpy(value, file->draft->now.bytes + line->value, line->value_length);
	value[line->value_length] = '\0';
	snprintf(
	    wanted, sizeof(wanted), "%s --profile %s", file->helper, profile);
	if (strcmp(value, wanted) == 0)
		return 1;
	return is_ours(value, profile) ? 0 : -1;
}

static int
write_profile(struct setup_plan *plan, const struct aws_file *file,
    const char *profile, const char *section,
    const struct setup_ini_found *found, bool there, struct error *err)
{
	int verdict = 0;

	if (there && found->has_key)
		verdict = judge(file, profile, found);
	if (verdict == -1) {
		plan->conflict = true;
		return setup_plan_note(plan, NOTE_SKIPPED, file->draft->path,
		    err,
		    "[%s] has a credential_process that is not daypass's: "
		    "take it out first",
		    section);
	}
	if ((there && found->has_key
		    ? replace_line(plan, file, profile, &found->key, err)
		    : put_line(plan, file, profile, section,
			  there ? found : NULL, err)) == -1)
		return -1;
	return setup_plan_note(plan, NOTE_CHANGE, file->draft->path, err,
	    "put in credential_process for [%s]", section);
}

static int
settle_profile(struct setup_plan *plan, const struct aws_file *file,
    const char *profile, bool write, struct error *err)
{
	struct setup_ini_found found;
	char section[SETUP_INI_MAX];
	int there;

	if (setup_profile_section(&file->draft->now, profile, section, err) ==
	    -1)
		return error_in(err, "'%s'", file->draft->path);
	there = setup_ini_find(
	    &file->draft->now, section, process_key, &found, err);
	if (there == -1)
		return error_in(err, "'%s'", file->draft->path);
	if (there == 1 && found.has_key && judge(file, profile, &found) == 1)
		setup_plan_keep(plan, file->draft, profile);
	else if (write && write_profile(plan, file, profile, section, &found,
			      there == 1, err) == -1)
		return -1;
	return write ? warn(plan, file, section, profile, err) : 0;
}

/* Some clients split the command at blanks, others give it to a shell. */
static bool
is_plain(const char *profile)
{
	return strlen(profile) < 256 &&
	       profile[strspn(profile, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789_./+@,:=-")] == '\0';
}

static int
settle_binding(struct setup_plan *plan, const struct aws_file *file,
    const struct section *binding, bool write, struct error *err)
{
	if (match_has_glob(binding->match))
		return write ? setup_plan_note(plan, NOTE_SKIPPED, "", err,
				   "[aws \"%s\"]: a glob is no profile: bind "
				   "the profiles by name",
				   binding->name)
			     : 0;
	if (!is_plain(binding->name))
		return write ? setup_plan_note(plan, NOTE_SKIPPED, "", err,
				   "[aws \"%s\"]: the name has a character "
				   "that shells split at",
				   binding->name)
			     : 0;
	return settle_profile(plan, file, binding->name, write, err);
}

static int
settle_all(struct setup_plan *plan, const struct config *config,
    const struct aws_file *file, bool write, struct error *err)
{
	const struct section *binding;
	size_t i = 0;

	while ((binding = setup_wanted_next(config, "aws", &i)) != NULL)
		if (settle_binding(plan, file, binding, write, err) == -1)
			return -1;
	return 0;
}

static int
find_file(const char *variable, const char *below, char *path, size_t size,
    struct error *err)
{
	const char *named = setup_variable(variable);

	if (named != NULL && named[0] == '/')
		return setup_path(path, size, named, err);
	return setup_home(path, size, below, err);
}

/* The credentials file is only looked at; one that cannot be read says
 * nothing. */
static void
read_shared(struct aws_file *file)
{
	scoped(setup_draft) struct setup_draft *draft = NULL;
	char path[DIRS_PATH_MAX];
	struct error err;

	if (find_file("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", path,
		sizeof(path), &err) == -1 ||
	    setup_draft_open(path, &draft, &err) == -1)
		return;
	setup_text_copy(&file->shared, &draft->now, &err);
}

static int
hint(struct setup_plan *plan, const struct config *config, struct error *err)
{
	const struct section *binding;
	size_t i = 0;

	if (setup_variable("AWS_ACCESS_KEY_ID") != NULL &&
	    setup_plan_note(plan, NOTE_HINT, "", err,
		"AWS_ACCESS_KEY_ID is set: clients take it before any "
		"profile") == -1)
		return -1;
	while ((binding = setup_wanted_next(config, "aws", &i)) != NULL)
		if (!match_has_glob(binding->match) && is_plain(binding->name))
			return setup_plan_note(plan, NOTE_NEXT, "", err,
			    "daypass doctor aws %s", binding->name);
	return 0;
}

static int
plan_aws(
    struct setup_plan *plan, const struct config *config, struct error *err)
{
	struct aws_file file = {.draft = NULL};
	char path[DIRS_PATH_MAX], helper[DIRS_PATH_MAX];
	int failed;

	if (plan->system)
		return setup_plan_note(plan, NOTE_SKIPPED, "", err,
		    "aws has no file for all users: run daypass setup aws as "
		    "each of them");
	if (find_file("AWS_CONFIG_FILE", ".aws/config", path, sizeof(path),
		err) == -1 ||
	    setup_wanted_program(helper_name, helper, sizeof(helper), err) ==
		-1 ||
	    setup_plan_draft(plan, path, false, &file.draft, err) == -1)
		return -1;
	if (setup_text_at(&file.draft->now, 0, "\xef\xbb\xbf"))
		return error_set(err, FAULT_CONFIG,
		    "'%s' begins with a byte order mark, which aws does not "
		    "read: take it out",
		    path);
	file.helper = helper;
	read_shared(&file);
	failed = settle_all(plan, config, &file, false, err) == -1 ||
		 setup_plan_retract(plan, file.draft, err) == -1 ||
		 settle_all(plan, config, &file, true, err) == -1;
	setup_text_free(&file.shared);
	return failed ? -1 : hint(plan, config, err);
}

const struct setup_tool setup_tool_aws = {
    .word = "aws", .program = "aws", .ini = true, .plan = plan_aws};
