/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_CAUSE_H
#define DAYPASS_EXCHANGE_CAUSE_H

#include "base/buffer.h"
#include "exchange/exchange.h"

/*
 * What a service says when it refuses, and what the person can do about it. A
 * table of these ends with a row of NULLs; of several that fit, the first
 * counts.
 */
struct cause {
	/* Words that the error's text holds: a code, a part of a sentence,
	 * "HTTP 404". */
	const char *says;
	/* {NAME} stands for that setting ("" where it is not set), {iss},
	 * {sub} and {aud} for what was presented. */
	const char *means;
};

/* Adds what a cause means, the values put in for its {names}. */
void cause_explain(
    struct buffer *out, const char *means, const struct exchange_mint *mint);

/* Puts what it means in front of what the service said, where that is long:
 * "CODE from HOST: MEANING (WORDS)"; what was presented is left out, for the
 * meaning tells it. Only of a refusal (FAULT_REFUSED). Always -1. */
int cause_lead(struct error *err, const struct exchange_mint *mint,
    const struct cause *causes);

/* Puts "; " and what it means behind the text of an error that the other side
 * gave (FAULT_REFUSED, FAULT_NETWORK). Always -1. */
int cause_add(struct error *err, const struct exchange_mint *mint,
    const struct cause *causes);

#endif
