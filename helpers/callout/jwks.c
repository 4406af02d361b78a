/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "helpers/callout/jwks.h"

#define NUMBER_MAX 1400 /* characters: RSA of 8192 bits */
#define LOOKED_AT_MAX 1024

struct jwk {
	char kid[JWKS_KID_MAX]; /* "" where it has none */
	struct verifier *verifier;
};

struct jwks {
	size_t count;
	struct jwk keys[JWKS_KEYS_MAX];
};

void
jwks_free(struct jwks *jwks)
{
	if (jwks == NULL)
		return;
	for (size_t i = 0; i < jwks->count; i++)
		verifier_free(jwks->keys[i].verifier);
	free(jwks);
}

size_t
jwks_count(const struct jwks *jwks)
{
	return jwks->count;
}

/* One member of the key at `at`, "" where there is none. */
static const char *
member(const struct json *set, const char *at, const char *name)
{
	const char *text = "";
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", at, name);
	json_string(set, path, &text);
	return text;
}

static bool
has(const struct json *set, const char *at, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", at, name);
	return json_present(set, path);
}

/* A member in base64url; NULL: none. */
static struct secret *
number(const struct json *set, const char *at, const char *name)
{
	const char *text = member(set, at, name);
	struct secret *bytes;

	if (text[0] == '\0' || strlen(text) > NUMBER_MAX ||
	    (bytes = secret_new(NUMBER_MAX)) == NULL)
		return NULL;
	if (base64url_decode(bytes, text, strlen(text)) == 0)
		return bytes;
	secret_free(bytes);
	return NULL;
}

static struct verifier *
rsa(const struct json *set, const char *at)
{
	scoped(secret) struct secret *n = number(set, at, "n");
	scoped(secret) struct secret *e = number(set, at, "e");

	if (n == NULL || e == NULL)
		return NULL;
	return verifier_rsa(secret_bytes(n), secret_length(n), secret_bytes(e),
	    secret_length(e));
}

static struct verifier *
p256(const struct json *set, const char *at)
{
	scoped(secret) struct secret *x = number(set, at, "x");
	scoped(secret) struct secret *y = number(set, at, "y");

	if (x == NULL || y == NULL)
		return NULL;
	return verifier_p256(secret_bytes(x), secret_length(x), secret_bytes(y),
	    secret_length(y));
}

static struct verifier *
ed25519(const struct json *set, const char *at)
{
	scoped(secret) struct secret *x = number(set, at, "x");

	return x == NULL ? NULL
			 : verifier_ed25519(secret_bytes(x), secret_length(x));
}

static const struct {
	const char *type;
	const char *curve; /* "": has none */
	const char *algorithm;
	struct verifier *(*read)(const struct json *set, const char *at);
} kinds[] = {
    {"RSA", "", "RS256", rsa},
    {"EC", "P-256", "ES256", p256},
    {"OKP", "Ed25519", "EdDSA", ed25519},
};

/* Is it for signatures, and public? A private or a shared key that somebody
 * published proves nothing. */
static bool
is_for_signatures(const struct json *set, const char *at)
{
	const char *use = member(set, at, "use"), *operation;
	char path[64];
	size_t count = 0;

	snprintf(path, sizeof(path), "%s/key_ops", at);
	if ((use[0] != '\0' && strcmp(use, "sig") != 0) || has(set, at, "d") ||
	    has(set, at, "k"))
		return false;
	if (!json_present(set, path))
		return true;
	json_count(set, path, &count);
	for (size_t i = 0; i < count; i++)
		if (json_element(set, path, i, &operation) &&
		    strcmp(operation, "verify") == 0)
			return true;
	return false;
}

static struct verifier *
read_key(const struct json *set, const char *at)
{
	const char *algorithm = member(set, at, "alg");

	if (!is_for_signatures(set, at))
		return NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(member(set, at, "kty"), kinds[i].type) == 0 &&
		    strcmp(member(set, at, "crv"), kinds[i].curve) == 0 &&
		    (algorithm[0] == '\0' ||
			strcmp(algorithm, kinds[i].algorithm) == 0))
			return kinds[i].read(set, at);
	return NULL;
}

static void
add_key(struct jwks *jwks, const struct json *set, size_t i)
{
	struct jwk *key = &jwks->keys[jwks->count];
	char at[32];

	snprintf(at, sizeof(at), "keys/%zu", i);
	if (text_copy(key->kid, sizeof(key->kid), member(set, at, "kid")) == -1)
		return;
	if ((key->verifier = read_key(set, at)) != NULL)
		jwks->count++;
}

struct jwks *
jwks_read(const char *bytes, size_t length, struct error *err)
{
	scoped(json) struct json *set = json_parse(bytes, length, err);
	scoped(jwks) struct jwks *jwks = calloc(1, sizeof(*jwks));
	size_t count = 0;

	if (set == NULL)
		return NULL;
	if (jwks == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	if (!json_count(set, "keys", &count) || count > LOOKED_AT_MAX) {
		error_set(err, FAULT_REFUSED, "no set of keys (RFC 7517)");
		return NULL;
	}
	for (size_t i = 0; i < count && jwks->count < JWKS_KEYS_MAX; i++)
		add_key(jwks, set, i);
	if (jwks->count > 0)
		return take(&jwks);
	error_set(err, FAULT_REFUSED,
	    "none of its %zu keys is one for RS256, ES256 or EdDSA", count);
	return NULL;
}

const struct verifier *
jwks_find(const struct jwks *jwks, const char *kid, enum algorithm algorithm)
{
	const struct verifier *found = NULL;

	for (size_t i = 0; i < jwks->count; i++) {
		const struct jwk *key = &jwks->keys[i];

		if (verifier_algorithm(key->verifier) != algorithm)
			continue;
		if (kid != NULL && strcmp(key->kid, kid) == 0)
			return key->verifier;
		if (kid == NULL && found != NULL)
			return NULL;
		if (kid == NULL)
			found = key->verifier;
	}
	return found;
}
