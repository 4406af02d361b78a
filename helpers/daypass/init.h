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
};

/* As whom the workspace is known; placeholders where that is not known. */
struct principal {
	char issuer[512];
	char subject[512];
	bool known;
};

/* Asks for what is wanted, on a terminal. -1: the input has ended. */
int init_ask(struct wishes *wishes, struct error *err);

/* Has it nothing that would end a value in the configuration, or play with the
 * shell of who copies a command? */
bool init_is_plain(const char *text);

/* Are they such as they have to be? -1: FAULT_USAGE, with the option. */
int init_check(const struct wishes *wishes, struct error *err);

/*
 * Appends the sections that are wanted and whose headers `there` (what the
 * file holds now) has not; *left counts those that it has. -1: the registry
 * needs a credential that nobody asked for (FAULT_USAGE).
 */
int init_sections(const struct wishes *wishes, const char *there,
    struct buffer *out, unsigned *left, struct error *err);

/* What has to be made on the other side: with the cloud's own commands, and
 * as Terraform. */
void init_cloud(const struct wishes *wishes,
    const struct principal *principal, struct buffer *out);

/* The user's configuration: what it holds (empty if it is not there), and
 * writing it anew, whole, with what it held and `more` behind that. */
#define INIT_FILE_MAX (1024 * 1024)
int init_read(const char *path, struct buffer *held, struct error *err);
int init_write(const char *path, const struct buffer *held,
    const struct buffer *more, struct error *err);

#endif
