/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DOCKERKEY_H
#define DAYPASS_HELPERS_DOCKERKEY_H

#include <stdbool.h>
#include <stddef.h>

/* Three failures that docker's clients know by their very words:
 * credentials/error.go of docker-credential-helpers. */
#define DOCKERKEY_NOT_FOUND "credentials not found in native keychain"
#define DOCKERKEY_NO_URL "no credentials server URL"
#define DOCKERKEY_NO_USERNAME "no credentials username"

/*
 * The registry's name that docker wrote to us, without the white space around
 * it, in place; bytes[length] is written too. NULL: *failure is what docker is
 * to be told.
 */
const char *dockerkey_read(char *bytes, size_t length, const char **failure);

/* Can the agent be asked about it? One that is too long, or that holds a
 * control byte, nothing can bind. */
bool dockerkey_is_askable(const char *key);

#endif
