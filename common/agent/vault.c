/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/vault.h"

#define BUCKETS 1024 /* a power of two */

struct vault {
	struct link entries;
	struct link buckets[BUCKETS];
};

/* A key is a digest: any of its bits are as good as any other. */
static struct link *
bucket_of(struct vault *vault, const unsigned char key[DIGEST_SIZE])
{
	return &vault->buckets[(key[0] | key[1] << 8) & (BUCKETS - 1)];
}

struct vault *
vault_new(void)
{
	struct vault *vault = calloc(1, sizeof(*vault));

	if (vault == NULL)
		return NULL;
	list_init(&vault->entries);
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&vault->buckets[i]);
	return vault;
}

void
vault_drop(struct vault *vault, struct entry *entry)
{
	(void)vault;
	list_remove(&entry->link);
	list_remove(&entry->bucket);
	credential_free(entry->credential);
	free(entry->session);
	free(entry->source);
	free(entry->name);
	free(entry->target);
	free(entry);
}

void
vault_free(struct vault *vault)
{
	struct entry *entry;

	if (vault == NULL)
		return;
	list_each (entry, &vault->entries, link)
		vault_drop(vault, entry);
	free(vault);
}

static struct entry *
lookup(struct vault *vault, const unsigned char key[DIGEST_SIZE])
{
	struct entry *entry;

	list_each (entry, bucket_of(vault, key), bucket)
		if (memcmp(entry->key, key, DIGEST_SIZE) == 0)
			return entry;
	return NULL;
}

struct entry *
vault_find(struct vault *vault, const unsigned char key[DIGEST_SIZE])
{
	struct entry *entry = lookup(vault, key);

	if (entry == NULL || lifetime_left(&entry->lifetime) > 0)
		return entry;
	vault_drop(vault, entry);
	return NULL;
}

struct entry *
vault_put(struct vault *vault, const unsigned char key[DIGEST_SIZE],
    struct credential *credential, const struct whose *whose)
{
	struct entry *old = lookup(vault, key);
	struct entry *entry = calloc(1, sizeof(*entry));

	if (old != NULL)
		vault_drop(vault, old);
	if (entry == NULL) {
		credential_free(credential);
		return NULL;
	}
	memcpy(entry->key, key, DIGEST_SIZE);
	entry->credential = credential;
	entry->lifetime = lifetime_of(credential);
	list_append(&vault->entries, &entry->link);
	list_append(bucket_of(vault, key), &entry->bucket);
	entry->session = strdup(whose->session);
	entry->source = strdup(whose->source);
	entry->name = strdup(whose->name);
	entry->target = strdup(whose->target);
	if (entry->session == NULL || entry->source == NULL ||
	    entry->name == NULL || entry->target == NULL) {
		vault_drop(vault, entry);
		return NULL;
	}
	return entry;
}

void
vault_expire(struct vault *vault)
{
	struct entry *entry;

	list_each (entry, &vault->entries, link)
		if (lifetime_left(&entry->lifetime) <= 0)
			vault_drop(vault, entry);
}

struct link *
vault_entries(struct vault *vault)
{
	return &vault->entries;
}
