/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helpers/helper.h"
#include "helpers/outputfile.h"
#include "helpers/reply.h"
#include "wire/client.h"

/*
 * The executable of an external_account credential (AIP-4117), as Google's
 * libraries run it: the request is in the environment, the answer is JSON on
 * standard output. A failure is JSON too and exits with 0, or it would not be
 * read. Not one byte goes to standard error, which some read with the output.
 */
#define VARIABLE(name) "GOOGLE_EXTERNAL_ACCOUNT_" name
#define TYPE(name) "urn:ietf:params:oauth:token-type:" name

/* Seconds for a person to approve: Google's libraries wait for 30 in all. */
#define PATIENCE 20

static struct client client;
static struct reply reply;

static int
send_failure(const struct error *err)
{
	char code[32];
	size_t length = 0;

	for (const char *name = fault_name(err->fault);
	     name[length] != '\0' && length < sizeof(code) - 1; length++)
		code[length] = (char)toupper((unsigned char)name[length]);
	code[length] = '\0';
	reply_start(&reply);
	reply_add(&reply, "{\"version\":1,\"success\":false");
	reply_member(&reply, "code", code);
	reply_member(&reply, "message", err->text);
	reply_add(&reply, "}\n");
	reply_send(&reply, STDOUT_FILENO);
	return 0;
}

/* Not set and set to nothing are one. */
static const char *
variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* The type that was asked for, of those whose token is a JWT. */
static const char *
token_type(struct error *err)
{
	const char *type = variable(VARIABLE("TOKEN_TYPE"));

	if (type == NULL || strcmp(type, TYPE("jwt")) == 0)
		return TYPE("jwt");
	if (strcmp(type, TYPE("id_token")) == 0)
		return type;
	error_set(err, FAULT_CONFIG,
	    "target: the subject_token_type of the credential file is "
	    "'%.100s'; daypass has id tokens: " TYPE("jwt"),
	    type);
	return NULL;
}

static int
ask(const char *verb, struct error *err)
{
	const char *audience = variable(VARIABLE("AUDIENCE"));
	char doctor[sizeof("gcloud ") + 1024] = "gcloud ";
	int result;

	if (audience == NULL)
		return error_set(err, FAULT_USAGE,
		    "target: GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE is not set: "
		    "this is run by Google's libraries, with a credential file "
		    "that names it");
	client_start(&client, verb);
	client.quiet = true;
	writing_add(&client.writing, "tool", "gcloud");
	writing_add(&client.writing, "target", audience);
	if (strlen(audience) <= 1024)
		writing_add(
		    &client.writing, "doctor", strcat(doctor, audience));
	client_patience(&client, PATIENCE);
	result = client_answer(&client, err);
	if (result == 1)
		return error_set(err, FAULT_CONFIG,
		    "config: nothing binds the audience '%.300s' ([gcloud] "
		    "credential = id-token)",
		    audience);
	return result;
}

/* For later runs, which the library then does not need to make. */
static void
write_output_file(void)
{
	const char *wanted = message_get(&client.message, "output-file");
	const char *path = variable(VARIABLE("OUTPUT_FILE"));

	if (wanted != NULL && strcmp(wanted, "1") == 0 && path != NULL)
		outputfile_write(path, reply.bytes, reply.length);
}

static int
send_token(const char *type)
{
	const char *token = message_get(&client.message, "secret");
	int64_t expires = message_number(&client.message, "expires", 0);
	struct error err;

	/* Google's libraries differ in what they do without a time: some
	 * fail, some ask at every call. */
	if (token == NULL || expires <= 0) {
		error_set(&err, FAULT_IDENTITY,
		    "identity: the id token does not say when it expires");
		return send_failure(&err);
	}
	reply_start(&reply);
	reply_add(&reply, "{\"version\":1,\"success\":true");
	reply_member(&reply, "token_type", type);
	reply_member(&reply, "id_token", token);
	reply_name(&reply, "expiration_time");
	reply_number(&reply, expires);
	reply_add(&reply, "}\n");
	write_output_file();
	client_wipe(&client);
	reply_send(&reply, STDOUT_FILENO);
	return 0;
}

/* An id token cannot be taken back; it can be forgotten. */
static int
forget(void)
{
	client.no_start = true;
	ask("erase", NULL);
	reply_start(&reply);
	reply_add(&reply, "{\"version\":1,\"success\":true}\n");
	reply_send(&reply, STDOUT_FILENO);
	return 0;
}

static int
run(int argc, char **argv)
{
	const char *revoking = variable(VARIABLE("REVOKE"));
	const char *type;
	struct error err;

	if (argc > 1) {
		error_set(&err, FAULT_USAGE,
		    "target: unknown argument '%.64s': there is none", argv[1]);
		return send_failure(&err);
	}
	if (revoking != NULL && strcmp(revoking, "1") == 0)
		return forget();
	if ((type = token_type(&err)) == NULL || ask("get", &err) == -1)
		return send_failure(&err);
	return send_token(type);
}

const struct helper helper = {
    .command = {.name = "gcloud-credential-daypass",
	.synopsis = "",
	.summary = "Gives Google's libraries the workspace's id token, as the "
		   "executable of an external_account credential."},
    .run = run,
    .wrong = send_failure,
};
