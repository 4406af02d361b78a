/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_SUBJECT_H
#define DAYPASS_HELPERS_CALLOUT_SUBJECT_H

#include <stdbool.h>

#include "base/error.h"
#include "helpers/callout/refusal.h"
#include "helpers/callout/shape.h"

/*
 * Subjects of NATS (docs.nats.io, "Subject-Based Messaging"): tokens between
 * dots, `*` for one and `>` for all that follow; a subscription may have a
 * queue behind a space. `{name}` stands for what a claim's shape captured, and
 * never begins a subject: a client must not choose `$SYS` or `_INBOX`.
 */
#define SUBJECT_MAX 512

/* Each -1 with FAULT_CONFIG, worded to follow the subject. */
int subject_check(const char *subject, bool queue, struct error *err);
/* Every {name} of it must be one of these. */
int subject_check_names(
    const char *subject, const struct captures *names, struct error *err);

/* Is this {name} in the subject? */
bool subject_uses(const char *subject, const char *name, size_t length);

/* The subject with all captures put in. -1: one of them would not stay within
 * its place in the subject, or there is no room. */
int subject_fill(const char *subject, const struct captures *captures,
    char filled[SUBJECT_MAX], struct refusal *why);

#endif
