/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_KEYS_H
#define DAYPASS_HELPERS_CALLOUT_KEYS_H

#include "helpers/callout/natsjwt.h"
#include "helpers/callout/rules.h"

/*
 * The service's own secrets. A file holds one seed a line, so that two keys
 * serve while one takes the other's place: the request says which account key
 * must sign, and each xkey is tried.
 */
#define KEYS_MAX 4

struct xkey {
	struct secret *seed;
	char public[NKEY_PUBLIC];
};

/* Who signs for users of an account, in operator mode. */
struct account {
	const struct account_rule *rule;
	struct signer signer;
};

struct keys {
	struct signer signers[KEYS_MAX];
	size_t signer_count;
	struct xkey xkeys[KEYS_MAX];
	size_t xkey_count; /* 0: requests come in clear */
	struct account accounts[RULES_ACCOUNTS];
	size_t account_count;
};

/* As `signing-key` and `xkey` of [nats] say, and `signing-key` of each
 * [account]. NULL: FAULT_CONFIG names the file or variable; FAULT_SYSTEM. */
struct keys *keys_load(const struct rules *rules, struct error *err);
void keys_free(struct keys *keys);
SCOPED(keys, struct keys *, keys_free);

/* The signer with this public key, or NULL. */
const struct signer *keys_signer(const struct keys *keys, const char *public);

/* The account of this name, or NULL. */
const struct account *keys_account(const struct keys *keys, const char *name);

/* What was sealed by `from` for one of our xkeys, and for which (may be NULL).
 * NULL: for none. */
struct secret *keys_open(const struct keys *keys, const char *from,
    const void *sealed, size_t length, const struct xkey **which);

/* A new key of this type: the seed goes to a file of that name, which must not
 * exist (mode 600), and the public key to `public`. */
int keys_make(enum nkey_type type, const char *path, char public[NKEY_PUBLIC],
    struct error *err);

#endif
