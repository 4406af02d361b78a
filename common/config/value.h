/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_VALUE_H
#define DAYPASS_CONFIG_VALUE_H

#include "base/error.h"

struct sections;

/* What may stand behind a key. Each: 0, or -1 with why not (FAULT_CONFIG),
 * worded to follow "KEY: ". */
typedef int value_check(
    const struct sections *sections, const char *value, struct error *err);

value_check value_text;
value_check value_duration;
value_check value_timeout;
value_check value_boolean;
value_check value_url;
value_check value_path; /* absolute, or ~/ */
value_check value_variable;
value_check value_leader;
value_check value_log;
value_check value_verdict;
value_check value_tool;
value_check value_claim;
value_check value_hours;
value_check value_document; /* a JSON object */
value_check value_sink;
value_check value_size; /* bytes: 500000, 64M */
value_check value_keep;
value_check value_fallback;

/* Names of what must exist: a section, an identity, an exchange. */
value_check value_credential;
value_check value_identity;
value_check value_rule;
value_check value_exchange;
value_check value_source;

#endif
