/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_ROAD_H
#define DAYPASS_AGENT_ROAD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "agent/around.h"
#include "agent/verdict.h"
#include "base/digest.h"
#include "base/settings.h"
#include "config/config.h"
#include "config/target.h"
#include "exchange/exchange.h"
#include "identity/identity.h"
#include "wire/message.h"

/*
 * The road of a request: which identity is asked, which exchanges follow, and
 * with what settings. Finding it touches no network and runs nothing. Whether
 * it may be taken is for road_judge to say.
 */
#define ROAD_STEPS 20

struct step {
	const struct identity *identity; /* of step 0 */
	const struct exchange *exchange; /* of all others */
	char *credential; /* its name in the configuration, or of the bridge */
	bool is_bridge;	  /* no [credential] has it, but perhaps [exchange] */
	char *audience;	  /* of step 0 */
	struct settings *settings;
	/* The road of the token that acts for the subject's (RFC 8693), whose
	 * last credential this step takes as well; NULL: nobody acts. */
	struct road *actor;
	unsigned yields;
	/* The vault's: all that went in. road_judge gives it. */
	unsigned char key[DIGEST_SIZE];
};

struct road {
	unsigned references;
	size_t count;
	struct step steps[ROAD_STEPS];
	struct surroundings *around; /* of the identity */
	const char *tool;	     /* a static name */
	struct target target;
	char *binding;	/* the pattern that matched; NULL: none was needed */
	char *username; /* for the answer; NULL where the kind has its own */
	char *source;	/* the identity's name, for messages */
	char *session;	/* whose it is: the id of the asker's session */
	struct verdict verdict;
	/* For the audit: who asked, what is above them, as JSON; the approval
	 * and whose it was; and whether a mint was recorded for it. */
	pid_t asker;
	char *process;
	char *approval, *approver;
	bool minted;
};

enum road_result { ROAD_NONE, ROAD_FOUND, ROAD_WANT, ROAD_WRONG = -1 };

/*
 * ROAD_FOUND: *road is the caller's. ROAD_NONE: nothing binds the target, or
 * it asks for a user name that is not ours. ROAD_WANT: the asker must say what
 * `want` (variables) are. ROAD_WRONG: *err has fault and stage; *road may hold
 * what was found so far (for doctor) or be NULL.
 */
enum road_result road_find(const struct config *config,
    const struct message *request, struct road **road, char want[AROUND_WANT],
    struct error *err);

/* The last step's key, kind and so on. */
const struct step *road_last(const struct road *road);

/* Tells one target's use of the last step's credential from another's. */
void road_use_key(const struct road *road, unsigned char key[DIGEST_SIZE]);

/* What a person's approval is good for: this session, principal, credential,
 * target and request as it was narrowed, by these very rules. */
void road_grant_key(const struct road *road, unsigned char key[DIGEST_SIZE]);

struct road *road_keep(struct road *road); /* one more reference */
void road_release(struct road *road);
SCOPED(road, struct road *, road_release);

#endif
