/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LOG_H
#define DAYPASS_AGENT_LOG_H

#include <stdbool.h>

/*
 * What the agent tells of its work, one line an event: mints, failed mints,
 * revocations. Names, targets and errors, never a credential: no format here
 * is ever given one. The agent does not wait for a logger: a line that cannot
 * go out at once is dropped, and counted in the next one that can.
 */
struct log;

/* "syslog", "journal", "stderr"; anything else, and NULL: nowhere. */
struct log *log_new(const char *where); /* NULL: no memory */
void log_free(struct log *log);

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_NOTICE = 5 };

/* `log` may be NULL. */
void log_event(struct log *log, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
