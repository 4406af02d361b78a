/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_REST_H
#define DAYPASS_AGENT_REST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"

/* Keys that rest after a failure: 1 s, doubling to 30 s while it goes on
 * failing, so that a broken road is not stormed. Also the memory of what the
 * tools rejected. */
struct rests;

struct rests *rests_new(void);
void rests_free(struct rests *rests);

/* The key's mint failed with this error. */
void rest_failed(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    const struct error *err);

/* The key's mint was ended by a signal. The first time that says nothing of
 * the road: the next asker tries at once. */
void rest_stumbled(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    const struct error *err);

/* The configuration has changed: whatever failed may work now. */
void rests_wake(struct rests *rests);

/* The key's mint went well. */
void rest_over(struct rests *rests, const unsigned char key[DIGEST_SIZE]);

/* Does the key rest? The error that it failed with goes to *err. */
bool rest_now(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    struct error *err);

/* A tool erased the credential of one target; `key` is of both. True when it
 * is the second fresh one within 10 s: it is being rejected, and handing out a
 * third would loop. */
bool rest_erased(struct rests *rests, const unsigned char key[DIGEST_SIZE]);

/* The next get of this key within half a minute fails with this error, once;
 * to `look` does not count. */
void rest_reject(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    const struct error *err);
bool rest_rejected(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    bool look, struct error *err);

#endif
