/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_KEEPER_H
#define DAYPASS_AGENT_KEEPER_H

#include "agent/agent.h"
#include "base/digest.h"
#include "identity/identity.h"

/*
 * The secrets that identities keep between mints (identity/keep.h), as far as
 * they rest in this session. One child at a time has the loan of one: at its
 * other end are we, and, where the asker has a session bus, daypass-keyring,
 * which the child speaks to itself. So no secret of a keyring passes through
 * the agent, and what the child cannot do, confined as it is, is done for it.
 */
struct keeper;
struct loan;

struct keeper *keeper_new(struct agent *agent); /* NULL: no memory */
void keeper_free(struct keeper *keeper);

/* Which secret an identity with these settings has. */
void keeper_key(const struct identity *identity,
    const struct settings *settings, unsigned char key[DIGEST_SIZE]);

/* Has somebody the loan of it? */
bool keeper_is_lent(
    const struct keeper *keeper, const unsigned char key[DIGEST_SIZE]);

/* Does it rest here? And does any? */
bool keeper_holds(
    const struct keeper *keeper, const unsigned char key[DIGEST_SIZE]);
bool keeper_is_empty(const struct keeper *keeper);

/* Would a keyring serve? If not, *why is a static sentence. */
bool keeper_has_keyring(
    struct keeper *keeper, const struct surroundings *around, const char **why);

/* The loan of what is not lent. Where the bus is, the asker's surroundings
 * say, and from then on for whoever has no say in it (NULL): a child session,
 * which could name a bus of its own and be brought the secret there. NULL:
 * *err says why. */
struct loan *keeper_lend(struct keeper *keeper,
    const unsigned char key[DIGEST_SIZE], const struct surroundings *around,
    struct error *err);

/* The descriptors that the child takes along: LOAN_SESSION, and LOAN_KEYRING
 * or -1. loan_handed() closes our copies when it has them. */
enum loan_end { LOAN_SESSION, LOAN_KEYRING, LOAN_ENDS };
const int *loan_ends(const struct loan *loan);
const char *loan_lacks(const struct loan *loan); /* why there is no keyring */
void loan_handed(struct loan *loan);

/* What the child has said by now counts; then it is over. NULL is fine. */
void loan_end(struct loan *loan);

#endif
