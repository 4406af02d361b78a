/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_IDENTITY_KEEP_H
#define DAYPASS_IDENTITY_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/settings.h"

/*
 * Where an identity keeps a secret of its own from one mint to the next: in
 * the desktop's Secret Service, by way of daypass-keyring, where there is
 * one, else in the session's memory. Used in the child, which may block. At
 * the other end of each descriptor is somebody who answers `get`, `set` and
 * `clear` in the messages of wire/message.h; docs/architecture.md says who.
 *
 * From its first use of a keep to its end, a child has it to itself: no other
 * one, of this session or of another of the same person, is given the secret
 * meanwhile.
 */
struct keep {
	int session; /* who holds it in this session's memory */
	int keyring; /* daypass-keyring, or -1 */
	int64_t deadline;
	/* Settings that tell one secret from another, NULL-terminated; not
	 * secret. */
	const char *const *names;
	const struct settings *settings;
	bool may_ask;	   /* a person waits: a keyring may be unlocked */
	bool in_session;   /* out: where it was found */
	char trouble[256]; /* why no keyring serves, or "" */
};

/* The most that such a secret may have; no line break in it. */
#define KEEP_MAX (12 * 1024)

/* 1: *found is the caller's; 0: there is none; -1: nobody can tell
 * (FAULT_IDENTITY, as when the keyring is locked; FAULT_NETWORK when somebody
 * else has it for too long). */
int keep_get(struct keep *keep, struct secret **found, struct error *err);

/* Comes back when the secret rests where its `get` will find it. Says where:
 * "keyring" or "session". NULL: nowhere, and *err says why. */
const char *keep_set(
    struct keep *keep, const struct secret *secret, struct error *err);

/* Forgets it, wherever it rests. -1: somebody still has it. */
int keep_clear(struct keep *keep, struct error *err);

#endif
