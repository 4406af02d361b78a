/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_VAULT_H
#define DAYPASS_AGENT_VAULT_H

#include "agent/lifetime.h"
#include "agent/list.h"
#include "base/digest.h"
#include "exchange/credential.h"

/* The agent's locked memory where credentials rest: one entry a key. */
struct vault;

struct entry {
	struct link link;
	struct link bucket;
	unsigned char key[DIGEST_SIZE];
	struct credential *credential;
	struct lifetime lifetime;
	char *session; /* whose it is */
	char *source;  /* the identity that it began with */
	char *name;    /* of the credential, in the configuration */
	char *target;  /* for whom it was minted */
};

/* What is known of an entry beside its key; copied. */
struct whose {
	const char *session;
	const char *source;
	const char *name;
	const char *target;
};

struct vault *vault_new(void);
void vault_free(struct vault *vault);

/* NULL: none that is still alive. */
struct entry *vault_find(
    struct vault *vault, const unsigned char key[DIGEST_SIZE]);

/* Puts a credential, which becomes the vault's, in the place of the one with
 * that key. NULL: no memory; the credential is freed. */
struct entry *vault_put(struct vault *vault,
    const unsigned char key[DIGEST_SIZE], struct credential *credential,
    const struct whose *whose);

void vault_drop(struct vault *vault, struct entry *entry);

/* Drops what has expired. */
void vault_expire(struct vault *vault);

/* All entries, oldest first; for list_each over `link`. */
struct link *vault_entries(struct vault *vault);

#endif
