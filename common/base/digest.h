/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_DIGEST_H
#define DAYPASS_BASE_DIGEST_H

#include <stddef.h>

/* SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104) by OpenSSL. These cannot
 * fail but for lack of memory, which ends the process. */
#define DIGEST_SIZE 32
#define DIGEST_HEX 65

void digest_sha256(
    const void *bytes, size_t length, unsigned char digest[DIGEST_SIZE]);
void digest_hmac(const void *key, size_t key_length, const void *bytes,
    size_t length, unsigned char digest[DIGEST_SIZE]);
const char *digest_hex(
    const unsigned char digest[DIGEST_SIZE], char hex[DIGEST_HEX]);

/* Several parts, each bound to its length, so that no two lists of parts give
 * the same digest by shifting bytes between them. */
struct digest_parts;
struct digest_parts *digest_start(void);
void digest_part(struct digest_parts *parts, const void *bytes, size_t length);
void digest_string(struct digest_parts *parts, const char *string);
void digest_finish(
    struct digest_parts *parts, unsigned char digest[DIGEST_SIZE]);

#endif
