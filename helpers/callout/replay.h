/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_REPLAY_H
#define DAYPASS_HELPERS_CALLOUT_REPLAY_H

#include <stdint.h>

#include "base/scoped.h"

/*
 * The requests of the last seconds, each by a digest, so that none is answered
 * twice. The protocol itself makes a replay harmless (the answer is about a
 * user key that the server makes for one connection and never shows), so this
 * is a second lock: it hinders others in the callout's account from having
 * tokens tried again, or us kept busy. It sees only what this service saw.
 */
struct replay;

struct replay *replay_new(void); /* NULL: no memory */
void replay_free(struct replay *replay);
SCOPED(replay, struct replay *, replay_free);

enum replay_is { REPLAY_NEW, REPLAY_KNOWN, REPLAY_FULL };

/* Notes a request that can be answered until the unix time `until`. Full: it
 * holds so many that are not over that no more can be told apart. */
enum replay_is replay_note(struct replay *replay, const char *server,
    const char *user, int64_t until, int64_t now);

#endif
