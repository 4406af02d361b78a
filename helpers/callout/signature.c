/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "helpers/callout/signature.h"

#define RSA_LEAST 256 /* bytes of the modulus */
#define RSA_MOST 1024
#define EXPONENT_MOST 4
#define P256 32
#define ED25519 32
#define POINT (1 + 2 * P256)

struct verifier {
	enum algorithm algorithm;
	EVP_PKEY *key;
};

const char *const algorithm_names[] = {"RS256", "ES256", "EdDSA", NULL};

enum algorithm
algorithm_named(const char *name)
{
	int i = 0;

	while (i < ALGORITHMS && strcmp(algorithm_names[i], name) != 0)
		i++;
	return (enum algorithm)i;
}

static struct verifier *
verifier_new(enum algorithm algorithm, EVP_PKEY *key)
{
	struct verifier *verifier = NULL;

	if (key != NULL)
		verifier = calloc(1, sizeof(*verifier));
	ERR_clear_error();
	if (verifier == NULL) {
		EVP_PKEY_free(key);
		return NULL;
	}
	*verifier = (struct verifier){.algorithm = algorithm, .key = key};
	return verifier;
}

void
verifier_free(struct verifier *verifier)
{
	if (verifier == NULL)
		return;
	EVP_PKEY_free(verifier->key);
	free(verifier);
}

enum algorithm
verifier_algorithm(const struct verifier *verifier)
{
	return verifier->algorithm;
}

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (context == NULL || params == NULL ||
	    EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	return key;
}

static EVP_PKEY *
rsa_key(BIGNUM *n, BIGNUM *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (build != NULL && n != NULL && e != NULL &&
	    BN_num_bits(n) >= 8 * RSA_LEAST && BN_is_odd(n) && BN_is_odd(e) &&
	    BN_num_bits(e) > 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	if (params != NULL)
		key = from_params("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return key;
}

struct verifier *
verifier_rsa(const void *n, size_t n_length, const void *e, size_t e_length)
{
	BIGNUM *modulus, *exponent;
	EVP_PKEY *key;

	if (n_length > RSA_MOST || e_length > EXPONENT_MOST)
		return NULL;
	modulus = BN_bin2bn(n, (int)n_length, NULL);
	exponent = BN_bin2bn(e, (int)e_length, NULL);
	key = rsa_key(modulus, exponent);
	BN_free(modulus);
	BN_free(exponent);
	return verifier_new(RS256, key);
}

/* OpenSSL checks that the point is on the curve. */
struct verifier *
verifier_p256(const void *x, size_t x_length, const void *y, size_t y_length)
{
	unsigned char point[POINT] = {0x04};
	char group[] = "prime256v1";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(
				   OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
	    OSSL_PARAM_construct_octet_string(
		OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
	    OSSL_PARAM_construct_end()};

	if (x_length != P256 || y_length != P256)
		return NULL;
	memcpy(point + 1, x, P256);
	memcpy(point + 1 + P256, y, P256);
	return verifier_new(ES256, from_params("EC", params));
}

struct verifier *
verifier_ed25519(const void *x, size_t length)
{
	if (length != ED25519)
		return NULL;
	return verifier_new(EDDSA,
	    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, length));
}

/* JOSE has r and s side by side, OpenSSL wants them in DER. */
static unsigned char *
ecdsa_der(const unsigned char *raw, size_t length, size_t *der_length)
{
	ECDSA_SIG *pair = length == 2 * P256 ? ECDSA_SIG_new() : NULL;
	BIGNUM *r, *s;
	unsigned char *der = NULL;
	int size;

	if (pair == NULL)
		return NULL;
	r = BN_bin2bn(raw, P256, NULL);
	s = BN_bin2bn(raw + P256, P256, NULL);
	if (r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else if ((size = i2d_ECDSA_SIG(pair, &der)) > 0) {
		*der_length = (size_t)size;
	}
	ECDSA_SIG_free(pair);
	return der;
}

static bool
check(const struct verifier *verifier, const void *bytes, size_t length,
    const unsigned char *signature, size_t signature_length)
{
	const EVP_MD *digest =
	    verifier->algorithm == EDDSA ? NULL : EVP_sha256();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context != NULL &&
		    EVP_DigestVerifyInit(
			context, NULL, digest, NULL, verifier->key) == 1 &&
		    EVP_DigestVerify(context, signature, signature_length,
			bytes, length) == 1;

	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return good;
}

bool
verifier_check(const struct verifier *verifier, const void *bytes,
    size_t length, const void *signature, size_t signature_length)
{
	unsigned char *der;
	size_t der_length = 0;
	bool good;

	if (verifier->algorithm != ES256)
		return check(
		    verifier, bytes, length, signature, signature_length);
	if ((der = ecdsa_der(signature, signature_length, &der_length)) == NULL)
		return false;
	good = check(verifier, bytes, length, der, der_length);
	OPENSSL_free(der);
	return good;
}
