/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_NKEY_H
#define DAYPASS_HELPERS_CALLOUT_NKEY_H

#include <stddef.h>

#include "base/error.h"
#include "base/secret.h"

/*
 * NATS's way to write keys (github.com/nats-io/nkeys, "strkey"): a prefix that
 * says what the key is for, its 32 bytes, and a CRC-16/XMODEM, in base32 of
 * RFC 4648 without padding. One spelling for each key.
 */
enum nkey_type {
	NKEY_ACCOUNT = 0, /* A... */
	NKEY_SERVER = 13, /* N... */
	NKEY_USER = 20,	  /* U... */
	NKEY_CURVE = 23,  /* X... */
};

#define NKEY_RAW 32
#define NKEY_PUBLIC 57 /* with its NUL */
#define NKEY_SEED 58   /* characters, without a NUL */

/* -1: no public key of this type. */
int nkey_public_read(
    const char *text, enum nkey_type type, unsigned char raw[NKEY_RAW]);
const char *nkey_public_write(enum nkey_type type,
    const unsigned char raw[NKEY_RAW], char text[NKEY_PUBLIC]);

/* The 32 bytes of a seed, appended to `raw`. -1: it is none of this type. */
int nkey_seed_read(
    const char *text, size_t length, enum nkey_type type, struct secret *raw);
/* Appends the seed's text; -1: no room. */
int nkey_seed_write(
    enum nkey_type type, const struct secret *raw, struct secret *text);

#endif
