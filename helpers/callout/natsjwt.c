/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "helpers/callout/natsjwt.h"
#include "helpers/callout/seal.h"

#define HEADER "{\"typ\":\"JWT\",\"alg\":\"ed25519-nkey\"}"

static bool
is_nats_header(const struct json *header)
{
	const char *type, *algorithm;

	return json_string(header, "typ", &type) &&
	       strcasecmp(type, "jwt") == 0 &&
	       json_string(header, "alg", &algorithm) &&
	       strcmp(algorithm, "ed25519-nkey") == 0;
}

static int
verify(struct compact *compact, enum nkey_type type, char issuer[NKEY_PUBLIC],
    const char **what)
{
	const struct secret *signature = compact->signature;
	unsigned char public[NKEY_RAW];
	const char *name;

	*what = "it is not signed as NATS signs";
	if (!is_nats_header(compact->header))
		return -1;
	*what = "its issuer is no key of the kind that may say this";
	if (!json_string(compact->claims, "iss", &name) ||
	    nkey_public_read(name, type, public) == -1 ||
	    text_copy(issuer, NKEY_PUBLIC, name) == -1)
		return -1;
	*what = "its signature is not its issuer's";
	if (secret_length(signature) != SEAL_SIGNATURE ||
	    !seal_verify(public, compact->input, compact->input_length,
		(const unsigned char *)secret_bytes(signature)))
		return -1;
	return 0;
}

int
natsjwt_read(const char *text, size_t length, enum nkey_type type,
    struct compact *compact, char issuer[NKEY_PUBLIC], const char **what)
{
	if (compact_read(text, length, compact, what) == -1)
		return -1;
	if (verify(compact, type, issuer, what) == 0)
		return 0;
	compact_clear(compact);
	return -1;
}

int
natsjwt_write(const struct signer *signer, const struct buffer *claims,
    struct buffer *token)
{
	unsigned char signature[SEAL_SIGNATURE];
	size_t start = token->length;

	compact_encode(token, HEADER, strlen(HEADER));
	buffer_add(token, ".", 1);
	compact_encode(token, buffer_text(claims), claims->length);
	if (buffer_failed(token) || buffer_failed(claims))
		return -1;
	seal_sign(signer->key, token->bytes + start, token->length - start,
	    signature);
	buffer_add(token, ".", 1);
	compact_encode(token, signature, sizeof(signature));
	return buffer_failed(token) ? -1 : 0;
}
