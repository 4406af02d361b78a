/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_TAP_H
#define DAYPASS_TESTS_TAP_H

#include <stdbool.h>
#include <stdint.h>

/* Test Anything Protocol, as the unit tests use it. End main() with
 * `return tap_done();`. Each check returns whether it passed. */
bool tap_ok(bool passed, const char *name, ...)
    __attribute__((format(printf, 2, 3)));
bool tap_is(const char *got, const char *expected, const char *name, ...)
    __attribute__((format(printf, 3, 4)));
bool tap_number(int64_t got, int64_t expected, const char *name, ...)
    __attribute__((format(printf, 3, 4)));
void tap_skip(const char *why, const char *name);
int tap_done(void);

#endif
