/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_FALLBACK_H
#define DAYPASS_HELPERS_FALLBACK_H

#include <stddef.h>

#include "base/error.h"

/*
 * The helper that docker would use without us, `docker-credential-NAME`:
 * `[docker] fallback = NAME` sends it what nothing binds, so that one
 * credsStore serves both worlds.
 */

/* Becomes it, with this input as its standard input. Returns only when that
 * cannot be done: -1. */
int fallback_become(const char *name, const char *verb, const char *bytes,
    size_t length, struct error *err);

/* Runs it with `list` and reads what it prints, at most `size` bytes. -1: it
 * cannot be run, failed, or printed more. */
int fallback_list(const char *name, char *output, size_t size, size_t *length,
    struct error *err);

#endif
