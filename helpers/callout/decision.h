/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_DECISION_H
#define DAYPASS_HELPERS_CALLOUT_DECISION_H

#include "helpers/callout/idtoken.h"
#include "helpers/callout/issuers.h"
#include "helpers/callout/keys.h"
#include "helpers/callout/map.h"
#include "helpers/callout/replay.h"
#include "helpers/callout/request.h"

/* What a decision is made with. */
struct desk {
	const struct rules *rules;
	const struct keys *keys;
	struct issuers *issuers;
	struct replay *replay;
};

/* One request, as it came from the server. */
struct asked {
	const char *bytes;
	size_t length;
	const char *xkey; /* of the header; NULL: it came in clear */
	bool again;	  /* it waited for keys, and is known already */
	bool last;	  /* it waits no more */
};

#define DECISION_ID 33

/* Everything that is known of it in the end, for the answer and the record. */
struct decision {
	char id[DECISION_ID]; /* random; hexadecimal */
	struct secret *plain; /* what the request was in clear, if sealed */
	struct request request;
	struct idtoken token;
	const struct signer *signer;   /* of the answer, or NULL */
	const struct xkey *xkey;       /* the answer is sealed with, or NULL */
	const char *issuer_account;    /* the answer is of, in operator mode */
	const struct map *map;	       /* or NULL */
	const struct account *account; /* that it leads to, in operator mode */
	struct captures captures;
	int64_t expires;    /* of what is granted: unix seconds */
	int64_t until;	    /* how long the server waits: unix seconds */
	struct refusal why; /* REASON_NONE: allowed */
};

/* Decides at the unix time `now`. False: the issuer's keys are on their way,
 * come again when they are there; but for `until`, the decision is empty. */
bool decision_make(struct decision *decision, struct desk *desk,
    const struct asked *asked, int64_t now);
void decision_clear(struct decision *decision);

static inline void
decision_scoped(struct decision *decision)
{
	decision_clear(decision);
}

#endif
