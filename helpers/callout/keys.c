/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "helpers/callout/keyfile.h"
#include "helpers/callout/keys.h"
#include "helpers/callout/seal.h"

void
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < KEYS_MAX; i++) {
		secret_free(keys->signers[i].key);
		secret_free(keys->xkeys[i].seed);
	}
	for (size_t i = 0; i < keys->account_count; i++)
		secret_free(keys->accounts[i].signer.key);
	free(keys);
}

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

static int
make_signer(
    struct signer *signer, const struct secret *seed, struct error *err)
{
	unsigned char public[SEAL_KEY];

	if (seal_sign_key(seed, &signer->key, public) == -1)
		return no_memory(err);
	nkey_public_write(NKEY_ACCOUNT, public, signer->public);
	return 0;
}

/* Takes the seed. */
static int
add_signer(struct keys *keys, struct secret *seed, struct error *err)
{
	int result =
	    make_signer(&keys->signers[keys->signer_count], seed, err);

	secret_free(seed);
	keys->signer_count += result == 0;
	return result;
}

static int
add_xkey(struct keys *keys, struct secret *seed, struct error *err)
{
	struct xkey *xkey = &keys->xkeys[keys->xkey_count++];
	unsigned char public[SEAL_KEY];

	(void)err;
	seal_box_public(seed, public);
	nkey_public_write(NKEY_CURVE, public, xkey->public);
	xkey->seed = seed;
	return 0;
}

static const struct kind {
	enum nkey_type type;
	const char *key;  /* of [nats] */
	const char *what; /* what it is not */
	int (*add)(struct keys *keys, struct secret *seed, struct error *err);
} kinds[] = {
    {NKEY_ACCOUNT, "signing-key",
	"no seed of an account (SA...): make one with --new-signing-key",
	add_signer},
    {NKEY_CURVE, "xkey", "no seed of an xkey (SX...): make one with --new-xkey",
	add_xkey},
};

static int
add_seed(struct keys *keys, const struct kind *kind, const char *source,
    const char *text, size_t length, struct error *err)
{
	struct secret *seed = secret_new(NKEY_RAW);

	if (seed == NULL)
		return no_memory(err);
	if (nkey_seed_read(text, length, kind->type, seed) == 0)
		return kind->add(keys, seed, err);
	secret_free(seed);
	return error_set(
	    err, FAULT_CONFIG, "'%.300s' holds %s", source, kind->what);
}

static int
load(struct keys *keys, const struct kind *kind, const char *source,
    struct error *err)
{
	scoped(secret) struct secret *file = keyfile_read(source, err);
	size_t count = 0, length;
	const char *at;

	if (file == NULL)
		return -1;
	for (at = secret_bytes(file); *at != '\0'; at += length) {
		at += strspn(at, " \t\r\n");
		length = strcspn(at, " \t\r\n");
		if (length > 0 && ++count > KEYS_MAX)
			return error_set(err, FAULT_CONFIG,
			    "'%.300s' holds more than %d seeds", source,
			    KEYS_MAX);
		if (length > 0 &&
		    add_seed(keys, kind, source, at, length, err) == -1)
			return -1;
	}
	return 0;
}

static struct secret *
read_seed(const char *source, struct error *err)
{
	scoped(secret) struct secret *file = keyfile_read(source, err);
	scoped(secret) struct secret *seed = secret_new(NKEY_RAW);

	if (file == NULL)
		return NULL;
	if (seed == NULL)
		no_memory(err);
	else if (nkey_seed_read(secret_bytes(file), secret_length(file),
		     NKEY_ACCOUNT, seed) == 0)
		return take(&seed);
	else
		error_set(err, FAULT_CONFIG, "'%.300s' holds %s", source,
		    kinds[0].what);
	return NULL;
}

/* One seed alone: with another one comes another [account]. */
static int
load_account(
    struct keys *keys, const struct account_rule *rule, struct error *err)
{
	struct account *account = &keys->accounts[keys->account_count];
	scoped(secret) struct secret *seed =
	    read_seed(rule->signing_key, err);

	if (seed == NULL)
		return error_in(err, "[account \"%.64s\"] signing-key",
		    rule->name);
	account->rule = rule;
	if (make_signer(&account->signer, seed, err) == -1)
		return -1;
	keys->account_count++;
	return 0;
}

struct keys *
keys_load(const struct rules *rules, struct error *err)
{
	scoped(keys) struct keys *keys = calloc(1, sizeof(*keys));

	if (keys == NULL) {
		no_memory(err);
		return NULL;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *source =
		    settings_get(rules->nats, kinds[i].key);

		if (source == NULL || load(keys, &kinds[i], source, err) == 0)
			continue;
		error_in(err, "[nats] %s", kinds[i].key);
		return NULL;
	}
	for (size_t i = 0; i < rules->account_count; i++)
		if (load_account(keys, &rules->accounts[i], err) == -1)
			return NULL;
	return take(&keys);
}

const struct account *
keys_account(const struct keys *keys, const char *name)
{
	for (size_t i = 0; i < keys->account_count; i++)
		if (strcmp(keys->accounts[i].rule->name, name) == 0)
			return &keys->accounts[i];
	return NULL;
}

const struct signer *
keys_signer(const struct keys *keys, const char *public)
{
	for (size_t i = 0; i < keys->signer_count; i++)
		if (strcmp(keys->signers[i].public, public) == 0)
			return &keys->signers[i];
	return NULL;
}

struct secret *
keys_open(const struct keys *keys, const char *from, const void *sealed,
    size_t length, const struct xkey **which)
{
	unsigned char public[NKEY_RAW];
	struct secret *plain = NULL;

	if (nkey_public_read(from, NKEY_CURVE, public) == -1)
		return NULL;
	for (size_t i = 0; i < keys->xkey_count && plain == NULL; i++) {
		plain = seal_open(keys->xkeys[i].seed, public, sealed, length);
		if (plain != NULL && which != NULL)
			*which = &keys->xkeys[i];
	}
	return plain;
}

int
keys_make(enum nkey_type type, const char *path, char public[NKEY_PUBLIC],
    struct error *err)
{
	scoped(secret) struct secret *seed = seal_new_seed();
	scoped(secret) struct secret *text = secret_new(NKEY_SEED);
	scoped(secret) struct secret *key = NULL;
	unsigned char raw[SEAL_KEY];

	if (seed == NULL || text == NULL ||
	    nkey_seed_write(type, seed, text) == -1)
		return no_memory(err);
	if (type == NKEY_CURVE)
		seal_box_public(seed, raw);
	else if (seal_sign_key(seed, &key, raw) == -1)
		return no_memory(err);
	nkey_public_write(type, raw, public);
	return keyfile_write(path, text, err);
}
