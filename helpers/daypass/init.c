/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/init.h"
#include "helpers/daypass/setup.h"
#include "helpers/daypass/verb.h"
#include "wire/client.h"

#define TEXT_MAX (64 * 1024)

static struct wishes wishes;
static bool dry_run;

static const struct option_row rows[] = {
    {"aws", "ROLE", "the ARN of an AWS role", &wishes.role, NULL},
    {"gcp", "PROVIDER",
	"a workload identity provider: //iam.googleapis.com/projects/...",
	&wishes.provider, NULL},
    {"service-account", "EMAIL", "with --gcp: the account to act as",
	&wishes.service_account, NULL},
    {"github", "OWNER", "an owner at GitHub, by octo-sts", &wishes.owner, NULL},
    {"registry", "HOST", "a container registry", &wishes.registry, NULL},
    {"setup", NULL, "then daypass setup all: let the tools ask daypass", NULL,
	&wishes.setup},
    {"dry-run", NULL, "write nothing, show what would be", NULL, &dry_run},
    {0}};

static struct client client;

static bool
is_empty(void)
{
	for (const struct init_form *form = init_forms; form->option != NULL;
	     form++)
		if (init_is_set(*init_wish(form, &wishes)))
			return false;
	return true;
}

/* Without flags a person is asked, if there is one. */
static int
learn(struct error *err)
{
	if (dry_run && wishes.setup)
		return error_set(err, FAULT_USAGE,
		    "--setup follows what was written, and --dry-run writes "
		    "nothing: daypass setup all --dry-run, after init");
	if (is_empty() && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    init_ask(&wishes, !dry_run && !wishes.setup, err) == -1)
		return -1;
	if (is_empty())
		return error_set(err, FAULT_USAGE,
		    "nothing was asked for: name a role, provider, owner or "
		    "registry (daypass init --help)");
	return init_check(&wishes, err);
}

/* The identity says who we are; what is written does not depend on it. */
static void
learn_principal(struct principal *principal)
{
	struct error err;
	const char *issuer, *subject;

	text_copy(
	    principal->issuer, sizeof(principal->issuer), "https://ISSUER");
	text_copy(principal->subject, sizeof(principal->subject), "SUBJECT");
	client_start(&client, "get");
	client.quiet = true;
	writing_add(&client.writing, "tool", "token");
	writing_add(&client.writing, "audience", "daypass-init");
	writing_add(&client.writing, "probe", "1");
	if (client_answer(&client, &err) != 0)
		return;
	issuer = message_get(&client.message, "issuer");
	subject = message_get(&client.message, "subject");
	principal->known = issuer != NULL && subject != NULL &&
			   init_is_plain(issuer) && init_is_plain(subject) &&
			   strlen(issuer) < sizeof(principal->issuer) &&
			   strlen(subject) < sizeof(principal->subject);
	if (!principal->known)
		return;
	text_copy(principal->issuer, sizeof(principal->issuer), issuer);
	text_copy(principal->subject, sizeof(principal->subject), subject);
}

static void
tell_other_side(void)
{
	struct principal principal = {.known = false};
	scoped(buffer) struct buffer text = BUFFER(TEXT_MAX);

	learn_principal(&principal);
	init_cloud(&wishes, &principal, &text);
	if (text.length == 0)
		return;
	printf("\nOn the other side, if it is not there yet:\n%s",
	    buffer_text(&text));
	if (!principal.known)
		puts("\nWho this workspace is could not be learned (daypass "
		     "doctor tells why):\nput its issuer and subject in for "
		     "https://ISSUER and SUBJECT.");
}

static int
write_sections(const char *path, struct error *err)
{
	scoped(buffer) struct buffer held = BUFFER(INIT_FILE_MAX);
	scoped(buffer) struct buffer more = BUFFER(TEXT_MAX);
	unsigned left = 0;

	if (init_read(path, &held, err) == -1 ||
	    init_sections(&wishes, &held, &more, &left, err) == -1)
		return -1;
	if (!dry_run && more.length > 0 &&
	    init_write(path, &held, &more, err) == -1)
		return -1;
	printf("%s %s:\n\n%s",
	    dry_run	       ? "would be added to"
	    : more.length == 0 ? "nothing new for"
	    : held.length == 0 ? "wrote"
			       : "added to",
	    path, buffer_text(&more));
	if (left > 0)
		printf("\n%u section%s there already: left as %s.\n", left,
		    left == 1 ? " was" : "s were",
		    left == 1 ? "it is" : "they are");
	return 0;
}

static int
go_on(void)
{
	if (wishes.setup) {
		puts("\nThe tools:\n");
		return setup_all();
	}
	if (!dry_run)
		puts("\nNext: daypass setup all (git, docker, aws, gcloud), "
		     "then daypass doctor.");
	return 0;
}

static int
run(int argc, char **argv)
{
	char path[DIRS_PATH_MAX];
	struct error err;
	bool named;

	if (verb_alone(argc, argv, &err) == -1 || learn(&err) == -1)
		return verb_fail(&err);
	if (dirs_config(path, sizeof(path), &named) == -1) {
		error_set(&err, FAULT_SYSTEM,
		    "HOME is not set: name the file in DAYPASS_CONFIG");
		return verb_fail(&err);
	}
	if (write_sections(path, &err) == -1)
		return verb_fail(&err);
	tell_other_side();
	return go_on();
}

const struct verb verb_init = {
    .word = "init",
    .command = {.name = "daypass init",
	.synopsis = "[--aws ROLE] [--gcp PROVIDER [--service-account EMAIL]] "
		    "[--github OWNER] [--registry HOST] "
		    "[--setup | --dry-run]",
	.summary = "writes a first configuration, and what the cloud needs",
	.options = rows},
    .run = run,
};
