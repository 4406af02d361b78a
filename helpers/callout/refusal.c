/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/callout/refusal.h"

static const char *const names[] = {
    [REASON_NONE] = "allowed",
    [REASON_ENCRYPTION] = "encryption",
    [REASON_REQUEST] = "request",
    [REASON_SERVER] = "server",
    [REASON_STALE] = "stale",
    [REASON_REPLAY] = "replay",
    [REASON_ACCOUNT_KEY] = "account-key",
    [REASON_NO_TOKEN] = "no-token",
    [REASON_TOO_LARGE] = "too-large",
    [REASON_MALFORMED] = "malformed",
    [REASON_ALGORITHM] = "algorithm",
    [REASON_ISSUER] = "issuer",
    [REASON_AUDIENCE] = "audience",
    [REASON_EXPIRED] = "expired",
    [REASON_EARLY] = "early",
    [REASON_KEYS] = "keys",
    [REASON_UNKNOWN_KEY] = "unknown-key",
    [REASON_SIGNATURE] = "signature",
    [REASON_NO_MAP] = "no-map",
    [REASON_CAPTURE] = "capture",
    [REASON_SOURCE] = "source",
    [REASON_CONNECTION] = "connection",
    [REASON_AUDIT] = "audit",
    [REASON_SYSTEM] = "system",
};

_Static_assert(
    sizeof(names) / sizeof(names[0]) == REASON_COUNT, "a name for each reason");

const char *
reason_name(enum reason reason)
{
	return names[reason];
}

bool
reason_is_answered(enum reason reason)
{
	return reason == REASON_NONE || reason >= REASON_ACCOUNT_KEY;
}

int
refuse(struct refusal *why, enum reason reason, const char *fmt, ...)
{
	char text[REFUSAL_TEXT * 2];
	va_list arguments;

	va_start(arguments, fmt);
	vsnprintf(text, sizeof(text), fmt, arguments);
	va_end(arguments);
	why->reason = reason;
	text_printable(why->text, sizeof(why->text), text, strlen(text));
	return -1;
}
