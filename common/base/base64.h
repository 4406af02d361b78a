/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_BASE64_H
#define DAYPASS_BASE_BASE64_H

#include <stddef.h>

#include "base/secret.h"

/* RFC 4648. Appends the bytes encoded, with padding; -1: no room. */
int base64_encode(struct secret *out, const char *bytes, size_t length);

/* Appends the decoded bytes; -1 for anything that is not in the
 * alphabet, wrong padding, non-zero trailing bits, or no room. */
int base64_decode(struct secret *out, const char *text, size_t length);
int base64url_decode(struct secret *out, const char *text, size_t length);

/* Appends the bytes encoded, without padding; -1 when there is no room. */
int base64url_encode(struct secret *out, const void *bytes, size_t length);

#endif
