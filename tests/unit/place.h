/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_PLACE_H
#define DAYPASS_TESTS_PLACE_H

#include <limits.h>

#include "base/clock.h"
#include "base/error.h"
#include "identity/identity.h"

/*
 * A place for an identity to be in: a new directory, which is its HOME and
 * holds its PATH, and a mint that runs there. Ends the test when the place
 * cannot be made.
 */
struct place {
	char path[PATH_MAX / 2];
	struct settings *settings;
	struct surroundings *around;
	struct http http;
	struct identity_mint mint;
	struct error err;
};

void place_open(struct place *place);
void place_close(struct place *place);

/* Forgets settings and variables, and has HOME and PATH alone. */
void place_reset(struct place *place);

/* Writes a file below the directory; its path is valid until the next call.
 * A program is a shell script, bin/NAME. */
const char *place_file(
    struct place *place, const char *name, const char *content);
const char *place_program(
    struct place *place, const char *name, const char *script);

/* Both end the test when they fail. */
void place_setting(struct place *place, const char *key, const char *value);
void place_variable(struct place *place, const char *name, const char *value);

/* Mints for an audience: the token, or NULL with place->err; valid until the
 * next call. */
const char *place_mint(
    struct place *place, const struct identity *identity, const char *audience);

/* What trace() adds, each part with a newline; NULL with place->err. */
const char *place_trace(struct place *place, const struct identity *identity);

/* A JWT with these claims, not signed; valid until the next call. */
const char *place_jwt(const char *claims);

#endif
