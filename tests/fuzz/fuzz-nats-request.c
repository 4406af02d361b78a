/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/callout/request.h"
#include "helpers/callout/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* The server whose key this is signs whatever claims there are, so that what
 * lies behind the signature is read too. */
static void
read_signed(const uint8_t *bytes, size_t length)
{
	scoped(secret) struct secret *seed =
	    secret_copy("daypass-fuzz-daypass-fuzz-daypas", SEAL_KEY);
	scoped(secret) struct secret *key = NULL;
	scoped(buffer) struct buffer token = BUFFER(1 << 20);
	struct request request __attribute__((cleanup(request_scoped)));
	unsigned char public[SEAL_KEY], signature[SEAL_SIGNATURE];
	struct refusal why;

	seal_sign_key(seed, &key, public);
	buffer_add_string(&token, "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXki"
				  "fQ.");
	compact_encode(&token, bytes, length);
	seal_sign(key, token.bytes, token.length, signature);
	buffer_add(&token, ".", 1);
	compact_encode(&token, signature, sizeof(signature));
	if (request_read(
		token.bytes, token.length, 1700000000, &request, &why) == 0 &&
	    (strlen(request.server) != NKEY_PUBLIC - 1 ||
		strlen(request.user) != NKEY_PUBLIC - 1))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct request request __attribute__((cleanup(request_scoped)));
	struct refusal why;

	if (request_read((const char *)bytes, length, 1700000000, &request,
		&why) == -1 &&
	    (why.reason == REASON_NONE || strlen(why.text) == 0))
		abort();
	if (length < 65536)
		read_signed(bytes, length);
	return 0;
}
