/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "helpers/callout/replay.h"

/* A set with a slot for each hash and the few behind it. At 2 s a request and
 * 30 s of leeway there is room for some 4000 a second. */
#define SLOTS 262144
#define REACH 32

struct slot {
	unsigned char digest[16];
	int64_t until;
};

struct replay {
	unsigned char key[16]; /* nobody makes entries collide */
	struct slot slots[SLOTS + REACH];
};

struct replay *
replay_new(void)
{
	struct replay *replay = calloc(1, sizeof(*replay));

	if (replay != NULL && getrandom(replay->key, sizeof(replay->key), 0) !=
				  sizeof(replay->key)) {
		free(replay);
		return NULL;
	}
	return replay;
}

void
replay_free(struct replay *replay)
{
	free(replay);
}

static void
digest_of(const struct replay *replay, const char *server, const char *user,
    unsigned char digest[DIGEST_SIZE])
{
	struct digest_parts *parts = digest_start();

	digest_part(parts, replay->key, sizeof(replay->key));
	digest_string(parts, server);
	digest_string(parts, user);
	digest_finish(parts, digest);
}

enum replay_is
replay_note(struct replay *replay, const char *server, const char *user,
    int64_t until, int64_t now)
{
	unsigned char digest[DIGEST_SIZE];
	struct slot *first, *empty = NULL;
	uint32_t hash;

	digest_of(replay, server, user, digest);
	memcpy(&hash, digest + 16, sizeof(hash));
	first = &replay->slots[hash % SLOTS];
	for (struct slot *slot = first; slot < first + REACH; slot++) {
		if (slot->until < now)
			empty = empty == NULL ? slot : empty;
		else if (memcmp(slot->digest, digest, sizeof(slot->digest)) ==
			 0)
			return REPLAY_KNOWN;
	}
	if (empty == NULL)
		return REPLAY_FULL;
	memcpy(empty->digest, digest, sizeof(empty->digest));
	empty->until = until;
	return REPLAY_NEW;
}
