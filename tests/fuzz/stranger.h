/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_STRANGER_H
#define DAYPASS_TESTS_STRANGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Stands in for http_send: whoever is asked answers with these bytes. A
 * program that links it takes nothing else of http_retry.c. */
void stranger_says(
    int status, const char *type, const uint8_t *bytes, size_t length);

/* Takes one line off the input, cut to its room; false at the end. */
bool stranger_line(
    const uint8_t **bytes, size_t *length, char *line, size_t size);

/* A failure has a fault, and a text that may be shown on a terminal. */
void stranger_check(const struct error *err);

#endif
