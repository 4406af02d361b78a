/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_CLOCK_H
#define DAYPASS_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds since boot, suspend included (CLOCK_BOOTTIME): for deadlines
 * and lifetimes on this machine. */
int64_t clock_ms(void);

/* Seconds since the epoch (CLOCK_REALTIME): for what others are told. */
int64_t clock_unix(void);

#define CLOCK_TEXT 32

/* RFC 3339 in UTC, "2026-01-02T03:04:05Z", into CLOCK_TEXT bytes. */
const char *clock_rfc3339(int64_t unix_time, char *text);

/* Reads RFC 3339 with any offset and any number of decimals (cut off), also
 * with a space for the T. Seconds since the epoch, or -1. */
int64_t clock_parse_rfc3339(const char *text);

/* Reads an HTTP date (RFC 9110 5.6.7, IMF-fixdate). -1 when it is none. */
int64_t clock_parse_http(const char *text);

/* Reads "90s", "15m", "1h" or plain seconds; -1 when it is none of these,
 * negative, or more than ten years. */
int64_t clock_parse_duration(const char *text);

#endif
