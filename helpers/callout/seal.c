/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "helpers/callout/seal.h"

#define FORMAT "xkv1"
#define FORMAT_LENGTH (sizeof(FORMAT) - 1)
#define HEAD (FORMAT_LENGTH + crypto_box_NONCEBYTES)

_Static_assert(crypto_sign_SEEDBYTES == SEAL_KEY &&
		   crypto_box_SECRETKEYBYTES == SEAL_KEY &&
		   crypto_box_PUBLICKEYBYTES == SEAL_KEY &&
		   crypto_sign_PUBLICKEYBYTES == SEAL_KEY &&
		   crypto_sign_BYTES == SEAL_SIGNATURE,
    "the sizes of libsodium");

int
seal_start(struct error *err)
{
	if (sodium_init() == -1)
		return error_set(err, FAULT_SYSTEM, "libsodium cannot start");
	return 0;
}

static const unsigned char *
key_bytes(const struct secret *key)
{
	return (const unsigned char *)secret_bytes(key);
}

struct secret *
seal_new_seed(void)
{
	struct secret *seed = secret_new(SEAL_KEY);

	if (seed == NULL)
		return NULL;
	randombytes_buf(secret_tail(seed), SEAL_KEY);
	secret_wrote(seed, SEAL_KEY);
	return seed;
}

int
seal_sign_key(const struct secret *seed, struct secret **key,
    unsigned char public[SEAL_KEY])
{
	struct secret *made = secret_new(crypto_sign_SECRETKEYBYTES);

	if (made == NULL)
		return -1;
	crypto_sign_seed_keypair(
	    public, (unsigned char *)secret_tail(made), key_bytes(seed));
	secret_wrote(made, crypto_sign_SECRETKEYBYTES);
	*key = made;
	return 0;
}

void
seal_sign(const struct secret *key, const void *bytes, size_t length,
    unsigned char signature[SEAL_SIGNATURE])
{
	crypto_sign_detached(signature, NULL, bytes, length, key_bytes(key));
}

bool
seal_verify(const unsigned char public[SEAL_KEY], const void *bytes,
    size_t length, const unsigned char signature[SEAL_SIGNATURE])
{
	return crypto_sign_verify_detached(signature, bytes, length, public) ==
	       0;
}

void
seal_box_public(const struct secret *seed, unsigned char public[SEAL_KEY])
{
	crypto_scalarmult_base(public, key_bytes(seed));
}

int
seal_box(const struct secret *seed, const unsigned char to[SEAL_KEY],
    const void *bytes, size_t length, struct buffer *sealed)
{
	size_t size = length + crypto_box_MACBYTES;
	unsigned char head[HEAD];
	unsigned char *box = malloc(size);
	int result = -1;

	memcpy(head, FORMAT, FORMAT_LENGTH);
	randombytes_buf(head + FORMAT_LENGTH, crypto_box_NONCEBYTES);
	if (box != NULL &&
	    crypto_box_easy(box, bytes, length, head + FORMAT_LENGTH, to,
		key_bytes(seed)) == 0) {
		buffer_add(sealed, head, sizeof(head));
		buffer_add(sealed, box, size);
		result = buffer_failed(sealed) ? -1 : 0;
	}
	free(box);
	return result;
}

struct secret *
seal_open(const struct secret *seed, const unsigned char from[SEAL_KEY],
    const void *sealed, size_t length)
{
	const unsigned char *at = sealed;
	struct secret *plain;
	size_t size;

	if (length <= HEAD + crypto_box_MACBYTES ||
	    memcmp(at, FORMAT, FORMAT_LENGTH) != 0)
		return NULL;
	size = length - HEAD - crypto_box_MACBYTES;
	if ((plain = secret_new(size)) == NULL)
		return NULL;
	if (crypto_box_open_easy((unsigned char *)secret_tail(plain), at + HEAD,
		length - HEAD, at + FORMAT_LENGTH, from,
		key_bytes(seed)) != 0) {
		secret_free(plain);
		return NULL;
	}
	secret_wrote(plain, size);
	return plain;
}
