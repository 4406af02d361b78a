/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/digest.h"

/* OpenSSL fails here only when there is no memory. A digest that is not one
 * would be a key that opens the wrong entry, so nothing goes on. */
static void
must(bool worked)
{
	if (!worked)
		abort();
}

void
digest_sha256(
    const void *bytes, size_t length, unsigned char digest[DIGEST_SIZE])
{
	must(EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL) == 1);
}

void
digest_hmac(const void *key, size_t key_length, const void *bytes,
    size_t length, unsigned char digest[DIGEST_SIZE])
{
	must(key_length <= INT_MAX && HMAC(EVP_sha256(), key, (int)key_length,
					  bytes, length, digest, NULL) != NULL);
}

const char *
digest_hex(const unsigned char digest[DIGEST_SIZE], char hex[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[2 * DIGEST_SIZE] = '\0';
	return hex;
}

/* Looked up by its name once, not at each digest. It lives as long as we do. */
static const EVP_MD *
sha256(void)
{
	static EVP_MD *fetched;

	if (fetched == NULL)
		fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(fetched != NULL);
	return fetched;
}

/* struct digest_parts is OpenSSL's context by our name. */
struct digest_parts *
digest_start(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	must(context != NULL);
	must(EVP_DigestInit_ex(context, sha256(), NULL) == 1);
	return (struct digest_parts *)context;
}

static void
add_length(EVP_MD_CTX *context, uint64_t length)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(length >> (56 - 8 * i));
	must(EVP_DigestUpdate(context, bytes, sizeof(bytes)) == 1);
}

void
digest_part(struct digest_parts *parts, const void *bytes, size_t length)
{
	EVP_MD_CTX *context = (EVP_MD_CTX *)parts;

	add_length(context, length);
	must(EVP_DigestUpdate(context, bytes, length) == 1);
}

/* No string differs from an empty one: it takes a length that none has. */
void
digest_string(struct digest_parts *parts, const char *string)
{
	if (string == NULL)
		add_length((EVP_MD_CTX *)parts, UINT64_MAX);
	else
		digest_part(parts, string, strlen(string));
}

void
digest_finish(struct digest_parts *parts, unsigned char digest[DIGEST_SIZE])
{
	EVP_MD_CTX *context = (EVP_MD_CTX *)parts;

	must(EVP_DigestFinal_ex(context, digest, NULL) == 1);
	EVP_MD_CTX_free(context);
}
