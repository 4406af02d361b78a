/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_SEAL_H
#define DAYPASS_HELPERS_CALLOUT_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/secret.h"

/*
 * What NATS does with its keys: Ed25519 (RFC 8032) to sign, and NaCl's box
 * (X25519, XSalsa20, Poly1305), which OpenSSL does not have, to encrypt.
 * libsodium lives in seal.c alone.
 */
#define SEAL_KEY 32
#define SEAL_SIGNATURE 64

/* Before all else; -1: libsodium does not start. */
int seal_start(struct error *err);

/* 32 random bytes, of which any key can be made. NULL: no memory. */
struct secret *seal_new_seed(void);

/* The signing key (64 bytes) and the public one of a seed; -1: no memory. */
int seal_sign_key(const struct secret *seed, struct secret **key,
    unsigned char public[SEAL_KEY]);
void seal_sign(const struct secret *key, const void *bytes, size_t length,
    unsigned char signature[SEAL_SIGNATURE]);
bool seal_verify(const unsigned char public[SEAL_KEY], const void *bytes,
    size_t length, const unsigned char signature[SEAL_SIGNATURE]);

/* The public key of an xkey's seed, which is the secret key itself. */
void seal_box_public(const struct secret *seed, unsigned char public[SEAL_KEY]);

/* "xkv1", a random nonce, the box (nkeys' xkeys.go). -1: no room. */
int seal_box(const struct secret *seed, const unsigned char to[SEAL_KEY],
    const void *bytes, size_t length, struct buffer *sealed);
/* NULL: it was not sealed by `from` for us, or no memory. */
struct secret *seal_open(const struct secret *seed,
    const unsigned char from[SEAL_KEY], const void *sealed, size_t length);

#endif
