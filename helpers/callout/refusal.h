/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_REFUSAL_H
#define DAYPASS_HELPERS_CALLOUT_REFUSAL_H

#include <stdbool.h>

/*
 * Why a request was refused: a word for counters and records, and a sentence
 * for whoever reads the record. The client is told neither.
 */
enum reason {
	REASON_NONE, /* it was not */
	/* of the request */
	REASON_ENCRYPTION,
	REASON_REQUEST,
	REASON_SERVER,
	REASON_STALE,
	REASON_REPLAY,
	/* of a request that is a server's */
	REASON_ACCOUNT_KEY,
	/* of the token in it */
	REASON_NO_TOKEN,
	REASON_TOO_LARGE,
	REASON_MALFORMED,
	REASON_ALGORITHM,
	REASON_ISSUER,
	REASON_AUDIENCE,
	REASON_EXPIRED,
	REASON_EARLY,
	REASON_KEYS,
	REASON_UNKNOWN_KEY,
	REASON_SIGNATURE,
	/* of what it asks for */
	REASON_NO_MAP,
	REASON_CAPTURE,
	REASON_SOURCE,
	REASON_CONNECTION,
	/* of ours */
	REASON_AUDIT,
	REASON_SYSTEM,
	REASON_COUNT
};

#define REFUSAL_TEXT 320

struct refusal {
	enum reason reason;
	char text[REFUSAL_TEXT]; /* printable */
};

/* "unknown-key"; for REASON_NONE "allowed". */
const char *reason_name(enum reason reason);

/* May the asking server be answered? Not where it is unsure who asked. */
bool reason_is_answered(enum reason reason);

/* Sets both, made printable, and gives -1. */
int refuse(struct refusal *why, enum reason reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
