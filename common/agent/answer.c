/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/answer.h"
#include "agent/extras.h"

static void
add_text(struct writing *writing, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		writing_add(writing, key, text);
}

static void
add_secret(
    struct writing *writing, const char *key, const struct secret *secret)
{
	if (secret != NULL)
		writing_add_bytes(
		    writing, key, secret_bytes(secret), secret_length(secret));
}

static bool
has_secret_name(const struct credential *credential)
{
	return credential->kind == KIND_BASIC && credential->session != NULL;
}

static void
write_credential(struct writing *writing, const struct road *road,
    const struct credential *credential, bool probe)
{
	const char *username =
	    credential->kind == KIND_BASIC && road->username == NULL
		? credential->name
		: road->username;

	writing_add(writing, "kind", kind_name(credential->kind));
	if (has_secret_name(credential) && road->username == NULL) {
		if (!probe)
			add_secret(writing, "username", credential->session);
	} else if (credential->kind != KIND_AWS)
		add_text(writing, "username", username);
	else if (!probe)
		add_text(writing, "access-key-id", credential->name);
	if (!probe)
		add_secret(writing, "secret", credential->secret);
	if (!probe && credential->kind == KIND_AWS)
		add_secret(writing, "session-token", credential->session);
	if (credential->expires > 0)
		writing_number(writing, "expires", credential->expires);
	if (credential->revocable)
		writing_add(writing, "revocable", "1");
	add_text(writing, "issuer", credential->issuer);
	add_text(writing, "subject", credential->subject);
	add_text(writing, "audience", credential->audience);
}

/* A user name that the credential brings, when git asked for another. */
static bool
not_ours(const struct message *request, const struct credential *credential)
{
	const char *asked = message_get(request, "username");

	if (asked == NULL || asked[0] == '\0' ||
	    credential->kind != KIND_BASIC || credential->name == NULL)
		return false;
	if (has_secret_name(credential))
		return !secret_equal(credential->session, asked, strlen(asked));
	return strcmp(asked, credential->name) != 0;
}

void
answer_credential(struct asker *asker, const struct road *road,
    const struct credential *credential)
{
	const struct message *request = asker_request(asker);
	const struct config *config;
	struct writing *writing;

	if (not_ours(request, credential)) {
		asker_writing(asker, "none");
		asker_answer(asker);
		return;
	}
	writing = asker_writing(asker, "ok");
	write_credential(
	    writing, road, credential, message_get(request, "probe") != NULL);
	config = reader_last(asker_agent(asker)->reader);
	extras_write(config, road->tool, writing, NULL);
	asker_answer(asker);
}

void
answer_none(struct asker *asker, const struct config *config)
{
	const char *tool = message_get(asker_request(asker), "tool");
	struct error err = {.fault = FAULT_NONE};

	if (extras_write(config, tool, asker_writing(asker, "none"), &err) ==
	    -1)
		asker_error(asker, &err);
	else
		asker_answer(asker);
}
