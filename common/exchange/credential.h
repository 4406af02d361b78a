/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_CREDENTIAL_H
#define DAYPASS_EXCHANGE_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"

/* A named result. Kinds are bits, so that a set of them is a number. */
enum kind {
	KIND_ID_TOKEN = 1 << 0,
	KIND_BEARER = 1 << 1,
	KIND_BASIC = 1 << 2,
	KIND_AWS = 1 << 3
};
#define KIND_ANY (KIND_ID_TOKEN | KIND_BEARER | KIND_BASIC | KIND_AWS)

/* "id-token", "bearer", "basic", "aws"; NULL for no single kind. */
const char *kind_name(unsigned kind);
/* 0 for an unknown name. */
unsigned kind_named(const char *name);

/*
 * What was minted. Which fields are there follows from the kind:
 *	id-token, bearer	secret = the token
 *	basic			name = the user name, secret = the password;
 *				where the user name is a secret itself, session
 *				= the user name, name = what may be shown of it
 *	aws			name = the access key id, secret = the secret
 *				access key, session = the session token
 * Times are by this machine's clock (a mint corrects for skew).
 */
struct credential {
	unsigned kind;
	int64_t expires; /* unix seconds; 0: not said */
	int64_t issued;	 /* unix seconds: start of its life; 0: now */
	bool revocable;
	char *name; /* from malloc(), or NULL */
	struct secret *secret;
	struct secret *session;
	/* What taking it back needs beside it, such as the token that it was
	 * made with. From the child that minted it to the ledger, and to the
	 * child that revokes it; to nobody else. NULL: nothing. */
	struct secret *handle;
	/* who it was minted for, as far as known; for status and errors */
	char *issuer;
	char *subject;
	char *audience;
	/* All of an id token's claims as jwt_claims writes them, or NULL. */
	char *claims;
	/* names the workspace or job in a cloud's log, where a claim does */
	char *label;
	/* SHA-256 of the secret in hexadecimal, where somebody has noted it:
	 * what records know it by. Does not go through write and read. */
	char sha256[65];
};

struct credential *credential_new(unsigned kind); /* NULL: no memory */
void credential_free(struct credential *credential);
SCOPED(credential, struct credential *, credential_free);
struct credential *credential_copy(const struct credential *from);

/* As lines of key=value, ended by an empty line: what a child writes and the
 * agent reads, and what a child is handed. Write appends to a secret with
 * room; -1 when it does not fit. Read takes the bytes of such a block. */
int credential_write(const struct credential *from, struct secret *to);
struct credential *credential_read(const char *bytes, size_t length);

/* The length of the first of the blocks that stand there one behind the
 * other; 0: no whole one. */
size_t credential_block(const char *bytes, size_t length);

#define CREDENTIAL_MAX (64 * 1024)

#endif
