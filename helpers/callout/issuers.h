/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_ISSUERS_H
#define DAYPASS_HELPERS_CALLOUT_ISSUERS_H

#include "agent/log.h"
#include "agent/loop.h"
#include "base/buffer.h"
#include "helpers/callout/refusal.h"
#include "helpers/callout/rules.h"
#include "helpers/callout/signature.h"

/*
 * The issuers that are trusted, and their keys as far as they are known.
 * Fetched at the start, again every `refresh`, and when a token names a key
 * that is not known, but not more often than every REFETCH_MS. Where fetching
 * fails, what is known serves for `keep`; tries go on, each after twice the
 * time, up to a minute.
 */
#define ISSUERS_REFETCH_MS 5000

struct issuers;

/* `changed` is called whenever a fetch has ended, well or not. NULL: no
 * memory. */
struct issuers *issuers_new(struct loop *loop, const struct rules *rules,
    struct log *log, void (*changed)(void *arg), void *arg);
void issuers_free(struct issuers *issuers);

/* Starts fetching all. */
void issuers_start(struct issuers *issuers);

/* Are there keys of all? */
bool issuers_ready(const struct issuers *issuers);

/* The key that a token of this issuer says it was signed with, valid until
 * the loop goes on. ISSUERS_WAIT: a fetch that may bring it has been
 * started. ISSUERS_NONE: there is none, *why says so. */
enum issuers_answer { ISSUERS_KEY, ISSUERS_WAIT, ISSUERS_NONE };
enum issuers_answer issuers_find(struct issuers *issuers, const char *url,
    const char *kid, enum algorithm algorithm, const struct verifier **verifier,
    struct refusal *why);

/* For Prometheus. */
void issuers_metrics(const struct issuers *issuers, struct buffer *out);

#endif
