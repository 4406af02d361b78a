/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_FETCH_H
#define DAYPASS_HELPERS_CALLOUT_FETCH_H

#include "agent/loop.h"
#include "helpers/callout/jwks.h"
#include "helpers/callout/rules.h"

/*
 * An issuer's keys are fetched by a program of its own, daypass-keys: this
 * process holds the seeds, answers within milliseconds, and does not speak to
 * strangers' web servers.
 */
#define FETCH_MS                                                    \
	10000 /* what daypass-keys takes at most; then it is killed \
	       */

struct fetch;

/* The keys (which are then the callee's), or NULL and why not. The fetch is
 * gone then. */
typedef void fetch_done(void *arg, struct jwks *jwks, const struct error *err);

struct fetch *fetch_start(struct loop *loop, const struct issuer_rule *rule,
    fetch_done *done, void *arg, struct error *err);

/* Ends it, and nobody is told. NULL is fine. */
void fetch_free(struct fetch *fetch);

#endif
