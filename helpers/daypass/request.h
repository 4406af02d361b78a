/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_REQUEST_H
#define DAYPASS_HELPERS_DAYPASS_REQUEST_H

#include <stddef.h>

#include "base/json.h"

/* What waits for a person, shown to one: `daypass approvals` and those who
 * decide. Some of it is what the asker wrote: it is made printable, and the
 * target is never cut. */

/* The heads of the columns. */
void request_heads(void);

/* The i-th of an array of them: a row, and what is to know below it. */
void request_show(const struct json *all, size_t i);

/* The i-th in a line: its id, a tab, and as request_say() has it. */
void request_line(const struct json *all, size_t i);

/* One in a line: "agent:claude: github for git https://...". `path` is that of
 * the object in the document, with a slash behind it, or "". */
void request_say(const struct json *json, const char *path);

#endif
