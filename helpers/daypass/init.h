/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_INIT_H
#define DAYPASS_HELPERS_DAYPASS_INIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

/* What `daypass init` was told, by options or answers; NULL or "": nothing. */
struct wishes {
	const char *role;	     /* an AWS role's ARN */
	const char *provider;	     /* a Google workload identity provider */
	const char *service_account; /* of Google; with a provider alone */
	const char *owner;	     /* of GitHub */
	const char *registry;	     /* a container registry's host */
	bool setup;		     /* let the tools ask daypass as well */
};

/* As whom the workspace is known; placeholders where that is not known. */
struct principal {
	char issuer[512];
	char subject[512];
	bool known;
};

/* One wish: its option, and how a person is asked for it. */
struct init_form {
	const char *option;
	const char *question;
	const char *looks; /* such as it has to be, for a message */
	size_t at;	   /* in struct wishes */
	bool (*fits)(const char *wish);
};

/* All of them, in the order in which they are asked; ends with no option. */
extern const struct init_form init_forms[];

static inline bool
init_is_set(const char *wish)
{
	return wish != NULL && wish[0] != '\0';
}

/* What one of the forms is about. */
const char **init_wish(const struct init_form *form, struct wishes *wishes);

/* Has it nothing that would end a value in the configuration, or play with the
 * shell of who copies a command? */
bool init_is_plain(const char *text);

/* Is this wish such as it has to be, and does it go with the others? Not set:
 * yes. -1: FAULT_USAGE, with the option; init_check: any of them. */
int init_check_form(
    const struct init_form *form, struct wishes *wishes, struct error *err);
int init_check(struct wishes *wishes, struct error *err);

/* Asks for what is wanted, on a terminal, each again until it is good. With
 * `tools` also whether these are to be set up. -1: the input has ended. */
int init_ask(struct wishes *wishes, bool tools, struct error *err);

/* arn:PARTITION:iam::ACCOUNT:role/PATH/NAME, taken apart; `path` begins and
 * ends with a slash. -1: it is none. */
struct init_role {
	char partition[32];
	char account[16];
	char path[513];
	char name[65];
};
int init_take_role(const char *arn, struct init_role *role);

/* //iam.googleapis.com/projects/NUMBER/locations/global/
 * workloadIdentityPools/POOL/providers/NAME. -1: it is none. */
struct init_provider {
	char number[32];
	char pool[64];
	char name[64];
};
int init_take_provider(const char *provider, struct init_provider *parts);

/* Which of the credentials that are wanted opens the registry. NULL: none
 * (FAULT_USAGE, with what does). */
const char *init_registry_credential(
    const struct wishes *wishes, struct error *err);

/*
 * Appends the sections that are wanted and that `there` (what the file holds
 * now) has not; *left counts those that it has. -1: `there` is broken
 * (FAULT_CONFIG, with the line).
 */
int init_sections(const struct wishes *wishes, const struct buffer *there,
    struct buffer *out, unsigned *left, struct error *err);

/* What has to be made on the other side: with the cloud's own commands, and
 * as Terraform. */
void init_cloud(const struct wishes *wishes, const struct principal *principal,
    struct buffer *out);
void init_cloud_aws(const struct wishes *wishes,
    const struct principal *principal, struct buffer *out);
void init_cloud_gcp(const struct wishes *wishes,
    const struct principal *principal, struct buffer *out);

/* The user's configuration: what it holds (empty if it is not there), and
 * writing it anew, whole, with what it held and `more` behind that. */
#define INIT_FILE_MAX (1024 * 1024)
int init_read(const char *path, struct buffer *held, struct error *err);
int init_write(const char *path, const struct buffer *held,
    const struct buffer *more, struct error *err);

#endif
