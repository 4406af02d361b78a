/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "helpers/callout/jwks.h"
#include "helpers/callout/signature.h"
#include "tap.h"

/* The examples of the RFCs: 7515 A.2 and A.3, 8037 A.4. */
static const char rs256[] =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0"
    "dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__"
    "dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJd"
    "bF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS"
    "jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI"
    "7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0"
    "igcN_IoypGlUPQGe77Rw";
static const char es256[] =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0"
    "dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-X"
    "x-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
static const char eddsa[] =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0Jz"
    "lnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

#define RSA                                                              \
	"{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiu" \
	"Sfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP" \
	"1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZ" \
	"o9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7" \
	"WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7a" \
	"GhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4" \
	"FRWyuXpoQ\",\"e\":\"AQAB\"}"
#define EC                                                                     \
	"{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1B" \
	"g8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_"            \
	"tue659LNpXW6"                                                         \
	"pCyStikYjKIWI5a0\"}"
#define OKP                                                         \
	"{\"kty\":\"OKP\",\"kid\":\"o\",\"crv\":\"Ed25519\",\"x\":" \
	"\"11qYAYKxCr"                                              \
	"fVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

static struct jwks *
set(const char *keys)
{
	char text[4096];
	struct error err = {.fault = FAULT_NONE};

	snprintf(text, sizeof(text), "{\"keys\":[%s]}", keys);
	return jwks_read(text, strlen(text), &err);
}

static bool
verify(const struct verifier *verifier, const char *token, int flipped)
{
	const char *dot = strrchr(token, '.');
	scoped(secret) struct secret *signature = secret_new(1024);
	char input[1024];
	size_t length = (size_t)(dot - token);

	memcpy(input, token, length);
	if (flipped >= 0)
		input[(size_t)flipped % length] ^= 1;
	base64url_decode(signature, dot + 1, strlen(dot + 1));
	return verifier_check(verifier, input, length, secret_bytes(signature),
	    secret_length(signature));
}

static void
examples(void)
{
	static const struct {
		const char *key, *token, *kid;
		enum algorithm algorithm;
	} rows[] = {{RSA, rs256, "r", RS256}, {EC, es256, "e", ES256},
	    {OKP, eddsa, "o", EDDSA}};

	for (size_t i = 0; i < 3; i++) {
		scoped(jwks) struct jwks *jwks = set(rows[i].key);
		const char *name = algorithm_names[rows[i].algorithm];
		const struct verifier *verifier;
		int taken = 0;

		if (!tap_ok(jwks != NULL, "%s: a set", name))
			continue;
		verifier = jwks_find(jwks, rows[i].kid, rows[i].algorithm);
		if (!tap_ok(verifier != NULL, "%s: its key", name))
			continue;
		tap_ok(verify(verifier, rows[i].token, -1),
		    "%s: the RFC's example", name);
		for (int bit = 0; bit < 80; bit++)
			taken += verify(verifier, rows[i].token, bit);
		tap_number(taken, 0, "%s: nothing else", name);
		tap_ok(jwks_find(jwks, NULL, rows[i].algorithm) == verifier,
		    "%s: the only one, without a kid", name);
		tap_ok(jwks_find(jwks, "x", rows[i].algorithm) == NULL,
		    "%s: not by another", name);
		tap_ok(jwks_find(jwks, rows[i].kid,
			   (rows[i].algorithm + 1) % ALGORITHMS) == NULL,
		    "%s: not for another algorithm", name);
	}
}

static void
sets(void)
{
	static const char *const none[] = {"", "{}", "1", "\"x\"", "[]",
	    "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
	    "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
	    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}",
	    "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQH"
	    "Og7hcvPapiMlrwIaaPcHURo\"}",
	    NULL};
	scoped(jwks) struct jwks *all = set(RSA "," EC "," OKP ",{}");
	scoped(jwks) struct jwks *two = set(RSA "," RSA);
	scoped(jwks) struct jwks *off = set(
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1g"
	    "HMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCySti"
	    "kYjKIWI5a4\"}");

	for (int i = 0; none[i] != NULL; i++) {
		scoped(jwks) struct jwks *jwks = set(none[i]);

		tap_ok(jwks == NULL, "no key: '%.40s'", none[i]);
	}
	tap_number((int64_t)jwks_count(all), 3, "three of four");
	tap_ok(
	    jwks_find(two, NULL, RS256) == NULL, "without a kid, two are none");
	tap_ok(off == NULL, "a point that is not on the curve");
}

int
main(void)
{
	examples();
	sets();
	return tap_done();
}
