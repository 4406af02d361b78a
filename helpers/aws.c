/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "helpers/helper.h"
#include "helpers/process.h"
#include "helpers/reply.h"
#include "helpers/standard.h"
#include "wire/client.h"

/*
 * credential_process of the AWS SDKs and of the aws command: JSON on standard
 * output and exit code 0, or a sentence on standard error and exit code 1. It
 * is run without a terminal, often once for every command.
 */
#define DEFAULT_PROFILE "default"

static const char *profile, *credential, *role, *region, *session_name,
    *duration;

static const struct option_row options[] = {
    {"profile", "NAME", "the profile that the configuration binds", &profile,
	NULL},
    {"credential", "NAME", "a credential of the configuration", &credential,
	NULL},
    {"role", "ARN", "a role, assumed with the id token itself", &role, NULL},
    {"region", "R", "with --role: the region whose STS is asked", &region,
	NULL},
    {"session-name", "S", "with --role: the name of the role's session",
	&session_name, NULL},
    {"duration", "D", "with --role: how long, as 900, 30m or 1h", &duration,
	NULL},
    {0}};

/* Seconds for a person to approve: some SDKs wait for 60 in all. */
#define PATIENCE 50

static struct client client;
static struct reply reply;

static int
check_usage(int argc, char **argv, struct error *err)
{
	int ways = (profile != NULL) + (credential != NULL) + (role != NULL);

	if (argc > 1)
		return error_set(err, FAULT_USAGE,
		    "'%.64s' is not an option; only options are known here",
		    argv[1]);
	if (ways > 1)
		return error_set(err, FAULT_USAGE,
		    "--profile, --credential and --role exclude each other");
	if (role == NULL &&
	    (region != NULL || session_name != NULL || duration != NULL))
		return error_set(err, FAULT_USAGE,
		    "--region, --session-name and --duration go with --role");
	if (duration != NULL && clock_parse_duration(duration) < 1)
		return error_set(err, FAULT_USAGE,
		    "--duration '%.64s' is no time: 900, 30m, 1h", duration);
	return 0;
}

/* `fmt`: what daypass doctor is to be asked about. */
static void
start_get(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
start_get(const char *fmt, ...)
{
	char doctor[512];
	va_list arguments;
	int length;

	client_start(&client, "get");
	writing_add(&client.writing, "tool", "aws");
	client_patience(&client, PATIENCE);
	va_start(arguments, fmt);
	length = vsnprintf(doctor, sizeof(doctor), fmt, arguments);
	va_end(arguments);
	if (length < (int)sizeof(doctor))
		writing_add(&client.writing, "doctor", doctor);
}

static void
add(const char *key, const char *value)
{
	if (value != NULL)
		writing_add(&client.writing, key, value);
}

static int
ask_role(struct error *err)
{
	start_get("aws --role %s%s%s", role, region == NULL ? "" : " --region ",
	    region == NULL ? "" : region);
	add("role", role);
	add("region", region);
	add("session-name", session_name);
	if (duration != NULL)
		writing_number(&client.writing, "duration",
		    clock_parse_duration(duration));
	return client_answer(&client, err);
}

static const char *
named_profile(void)
{
	const char *named =
	    profile != NULL ? profile : secure_getenv("AWS_PROFILE");

	return named != NULL && named[0] != '\0' ? named : DEFAULT_PROFILE;
}

/* What the web identity provider of every SDK reads, for a session without
 * any configuration. */
static int
ask_environment(struct error *err)
{
	role = secure_getenv("AWS_ROLE_ARN");
	session_name = secure_getenv("AWS_ROLE_SESSION_NAME");
	if (session_name != NULL && session_name[0] == '\0')
		session_name = NULL;
	return ask_role(err);
}

static int
unbound(struct error *err)
{
	error_set(err, FAULT_CONFIG,
	    "config: nothing binds the AWS profile '%.100s': add [aws "
	    "\"%.100s\"] credential = NAME, or give --role ARN (daypass doctor "
	    "aws %.100s)",
	    named_profile(), named_profile(), named_profile());
	return -1;
}

static int
ask_profile(struct error *err)
{
	start_get("aws %s", named_profile());
	add("target", named_profile());
	return client_answer(&client, err);
}

static int
ask_credential(struct error *err)
{
	start_get("token %s", credential);
	add("credential", credential);
	return client_answer(&client, err);
}

static int
ask(struct error *err)
{
	const char *arn = secure_getenv("AWS_ROLE_ARN");
	int result;

	if (role != NULL)
		result = ask_role(err);
	else if (credential != NULL)
		result = ask_credential(err);
	else
		result = ask_profile(err);
	if (result == 1 && credential == NULL && role == NULL &&
	    profile == NULL && arn != NULL && arn[0] != '\0')
		result = ask_environment(err);
	return result == 1 ? unbound(err) : result;
}

static int
run(int argc, char **argv)
{
	struct error err;

	if (check_usage(argc, argv, &err) == -1) {
		dprintf(STDERR_FILENO, "%s: %s\n", argv[0], err.text);
		return fault_exit(FAULT_USAGE);
	}
	if (ask(&err) == -1) {
		standard_report(&err);
		return 1;
	}
	if (process_render(&reply, &client.message) == -1) {
		error_set(&err, FAULT_SYSTEM, "agent: gave no AWS credential");
		standard_report(&err);
		return 1;
	}
	client_wipe(&client);
	return reply_send(&reply, STDOUT_FILENO) == -1;
}

const struct helper helper = {
    .command = {.name = "aws-credential-daypass",
	.synopsis = "[--profile NAME | --credential NAME | --role ARN "
		    "[--region R] [--session-name S] [--duration D]]",
	.summary = "Prints short-lived AWS credentials, as a "
		   "credential_process does.",
	.options = options},
    .run = run,
};
