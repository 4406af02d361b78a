/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/vault.h"
#include "base/clock.h"
#include "shift.h"
#include "tap.h"

/* A key with this number in the part that no bucket looks at. */
static const unsigned char *
key(unsigned n)
{
	static unsigned char bytes[DIGEST_SIZE];

	memset(bytes, 7, sizeof(bytes));
	memcpy(bytes + 8, &n, sizeof(n));
	return bytes;
}

static struct credential *
credential(int64_t left)
{
	struct credential *made = credential_new(KIND_BEARER);

	made->secret = secret_copy("token", 5);
	made->expires = clock_unix() + left;
	return made;
}

static size_t
count(struct vault *vault)
{
	struct entry *entry;
	size_t n = 0;

	list_each(entry, vault_entries(vault), link) n++;
	return n;
}

static struct entry *
put(struct vault *vault, const unsigned char *key,
    struct credential *credential, const char *name, const char *target)
{
	struct whose whose = {"self", "ona", name, target};

	return vault_put(vault, key, credential, &whose);
}

static void
test_one(struct vault *vault)
{
	struct entry *entry;

	tap_ok(vault_find(vault, key(1)) == NULL, "an empty vault");
	entry = put(vault, key(1), credential(100), "dev", "a target");
	tap_ok(entry != NULL, "put");
	tap_ok(vault_find(vault, key(1)) == entry, "found");
	tap_is(entry->name, "dev", "its name");
	tap_is(entry->target, "a target", "its target");
	tap_ok(secret_equal(entry->credential->secret, "token", 5),
	    "what it holds");
	tap_ok(lifetime_left(&entry->lifetime) > 90, "how long it lives");
	tap_ok(vault_find(vault, key(2)) == NULL, "another key");
	vault_drop(vault, entry);
	tap_ok(vault_find(vault, key(1)) == NULL, "dropped");
	tap_ok(list_empty(vault_entries(vault)), "nothing is left");
}

static void
test_replacing(struct vault *vault)
{
	struct credential *second = credential(100);
	struct entry *entry;

	put(vault, key(1), credential(100), "dev", "t");
	entry = put(vault, key(1), second, "dev", "t");
	tap_ok(
	    vault_find(vault, key(1)) == entry && entry->credential == second,
	    "a key has one entry, the last");
	tap_number((int64_t)count(vault), 1, "and not both");
	vault_drop(vault, entry);
}

/* All in one bucket, for their first bytes are the same. */
static void
test_many(struct vault *vault)
{
	struct entry *entry;
	char name[16];
	unsigned n = 0;
	bool good = true;

	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "%u", i);
		put(vault, key(i), credential(100), name, "t");
	}
	for (unsigned i = 0; i < 300; i++) {
		entry = vault_find(vault, key(i));
		snprintf(name, sizeof(name), "%u", i);
		good = good && entry != NULL && strcmp(entry->name, name) == 0;
	}
	tap_ok(good, "each key finds its own");
	list_each(entry, vault_entries(vault), link)
	{
		snprintf(name, sizeof(name), "%u", n++);
		good = good && strcmp(entry->name, name) == 0;
	}
	tap_ok(good && n == 300, "all of them, the oldest first");
	list_each(entry, vault_entries(vault), link) vault_drop(vault, entry);
	tap_number((int64_t)count(vault), 0, "they can be dropped meanwhile");
}

static void
test_expiry(struct vault *vault)
{
	put(vault, key(1), credential(-1), "past", "t");
	tap_ok(vault_find(vault, key(1)) == NULL, "one that has expired");
	tap_number((int64_t)count(vault), 0, "is gone");
	put(vault, key(1), credential(100), "short", "t");
	put(vault, key(2), credential(1000), "long", "t");
	vault_expire(vault);
	tap_number((int64_t)count(vault), 2, "nothing expires before its time");
	shift_time(200 * 1000);
	vault_expire(vault);
	tap_number((int64_t)count(vault), 1, "what has expired is dropped");
	tap_ok(vault_find(vault, key(2)) != NULL, "what has not stays");
	shift_time(801 * 1000);
	tap_ok(vault_find(vault, key(2)) == NULL, "until its time comes");
}

int
main(void)
{
	struct vault *vault = vault_new();

	test_one(vault);
	test_replacing(vault);
	test_many(vault);
	test_expiry(vault);
	put(vault, key(9), credential(100), "left", "behind");
	vault_free(vault);
	vault_free(NULL);
	return tap_done();
}
