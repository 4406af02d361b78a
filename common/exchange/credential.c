/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "exchange/credential.h"

static const struct {
	unsigned kind;
	const char *name;
} kinds[] = {
    {KIND_ID_TOKEN, "id-token"},
    {KIND_BEARER, "bearer"},
    {KIND_BASIC, "basic"},
    {KIND_AWS, "aws"},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *
kind_name(unsigned kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return NULL;
}

unsigned
kind_named(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	return 0;
}

struct credential *
credential_new(unsigned kind)
{
	struct credential *credential = calloc(1, sizeof(*credential));

	if (credential != NULL)
		credential->kind = kind;
	return credential;
}

void
credential_free(struct credential *credential)
{
	if (credential == NULL)
		return;
	secret_free(credential->secret);
	secret_free(credential->session);
	secret_free(credential->handle);
	free(credential->name);
	free(credential->issuer);
	free(credential->subject);
	free(credential->audience);
	free(credential->claims);
	free(credential->label);
	free(credential);
}

static int
copy_text(char **to, const char *from)
{
	if (from != NULL && (*to = strdup(from)) == NULL)
		return -1;
	return 0;
}

static int
copy_secret(struct secret **to, const struct secret *from)
{
	if (from == NULL)
		return 0;
	*to = secret_copy(secret_bytes(from), secret_length(from));
	return *to == NULL ? -1 : 0;
}

struct credential *
credential_copy(const struct credential *from)
{
	scoped(credential) struct credential *copy = credential_new(from->kind);

	if (copy == NULL)
		return NULL;
	copy->expires = from->expires;
	copy->issued = from->issued;
	copy->revocable = from->revocable;
	memcpy(copy->sha256, from->sha256, sizeof(copy->sha256));
	if (copy_text(&copy->name, from->name) == -1 ||
	    copy_text(&copy->issuer, from->issuer) == -1 ||
	    copy_text(&copy->subject, from->subject) == -1 ||
	    copy_text(&copy->audience, from->audience) == -1 ||
	    copy_text(&copy->claims, from->claims) == -1 ||
	    copy_text(&copy->label, from->label) == -1 ||
	    copy_secret(&copy->secret, from->secret) == -1 ||
	    copy_secret(&copy->session, from->session) == -1 ||
	    copy_secret(&copy->handle, from->handle) == -1)
		return NULL;
	return take(&copy);
}
