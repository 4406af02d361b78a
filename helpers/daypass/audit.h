/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_AUDIT_H
#define DAYPASS_HELPERS_DAYPASS_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"

/* What `daypass audit` is asked to show; NULL, or 0: all. */
struct audit_filter {
	const char *actor, *target, *credential; /* globs */
	const char *verdict;
	int64_t since, until; /* unix seconds */
};

bool audit_fits(const struct audit_filter *filter, const struct json *record);

/* One record, for people. */
void audit_show(const struct json *record);

/* Shows a file's records, and goes on doing so if `follow`. */
int audit_read(const char *path, const struct audit_filter *filter, bool follow,
    bool as_json, struct error *err);

/* A record of which it is known elsewhere that it was written. */
struct audit_head {
	const char *hash;
	int64_t sequence; /* 0: not known */
};

/* `daypass audit verify`: says what it finds. -1: it cannot be read, or is not
 * as it was written (FAULT_REFUSED, and it has said how). `head` may be NULL.
 */
int audit_verify(const char *path, const struct audit_head *head, bool as_json,
    struct error *err);

#endif
