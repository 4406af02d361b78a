/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "helpers/callout/natsjwt.h"
#include "helpers/callout/seal.h"
#include "tap.h"

/* Published keys, of test quality: never for anything else. */
#define ACCOUNT_SEED \
	"SAANDLKMXL6CUS3CP52WIXBEDN6YJ545GDKC65U5JZPPV6WH6ESWUA6YAI"
#define ACCOUNT "ABJHLOVMPA4CI6R5KLNGOB4GSLNIY7IOUPAJC4YFNDLQVIOBYQGUWVLA"
#define USER_SEED "SUAP277QP7U4JMFFPVZHLJYEQJ2UHOTYVEIZJYAWRJXQLP4FRSEHYZJJOU"
#define USER "UBO2MQV67TQTVIRV3XFTEZOACM4WLOCMCDMAWN5QVN5PI2N6JHTVDRON"

static const char claims[] =
    "{\"aud\":\"APP\",\"exp\":1900000000,\"iat\":1700000000,"
    "\"iss\":\"" ACCOUNT "\",\"name\":\"ws-1\",\"sub\":\"" USER "\","
    "\"nats\":{\"pub\":{\"allow\":[\"app.>\",\"_INBOX.>\"]},"
    "\"sub\":{\"allow\":[\"app.>\",\"_INBOX.>\"]},\"subs\":-1,\"data\":-1,"
    "\"payload\":-1,\"type\":\"user\",\"version\":2}}";
/* As the Go library signs them. */
static const char signature[] =
    "QUHuic8xurcHdS_5FPHSP3XvmdpmKNIVB1d0keNm59Gwh-T_wOkhX8qLPalJc_VBDItw2z_"
    "O9iewAnX4BVOyAA";

static struct secret *
seed(const char *text, enum nkey_type type)
{
	struct secret *raw = secret_new(NKEY_RAW);

	if (nkey_seed_read(text, strlen(text), type, raw) == 0)
		return raw;
	secret_free(raw);
	return NULL;
}

static void
public_of(const char *text, enum nkey_type type, const char *expected)
{
	scoped(secret) struct secret *raw = seed(text, type);
	scoped(secret) struct secret *key = NULL;
	scoped(secret) struct secret *again = secret_new(NKEY_SEED);
	unsigned char public[NKEY_RAW], read[NKEY_RAW];
	char written[NKEY_PUBLIC];

	if (!tap_ok(raw != NULL, "%.4s... is a seed", text))
		return;
	seal_sign_key(raw, &key, public);
	tap_is(nkey_public_write(type, public, written), expected,
	    "its public key");
	tap_number(nkey_public_read(written, type, read), 0, "which is read");
	tap_ok(memcmp(read, public, sizeof(read)) == 0, "as it was");
	nkey_seed_write(type, raw, again);
	tap_is(secret_bytes(again), text, "and the seed is written as it was");
}

/* One character wrong anywhere, and it is no key. */
static void
refuses(void)
{
	char wrong[64];
	unsigned char raw[NKEY_RAW];
	int taken = 0;

	for (size_t i = 0; i < strlen(ACCOUNT); i++) {
		strcpy(wrong, ACCOUNT);
		wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
		taken += nkey_public_read(wrong, NKEY_ACCOUNT, raw) == 0;
	}
	for (size_t i = 0; i < strlen(ACCOUNT_SEED); i++) {
		scoped(secret) struct secret *key = NULL;

		strcpy(wrong, ACCOUNT_SEED);
		wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
		key = seed(wrong, NKEY_ACCOUNT);
		taken += key != NULL;
	}
	tap_number(taken, 0, "no slip makes another key");
	tap_number(nkey_public_read(ACCOUNT, NKEY_USER, raw), -1,
	    "an account is no user");
	tap_number(nkey_public_read(ACCOUNT "A", NKEY_ACCOUNT, raw), -1,
	    "nor is it longer");
	tap_number(nkey_public_read("", NKEY_ACCOUNT, raw), -1, "or empty");
	tap_number(
	    nkey_public_read("abjhlovm", NKEY_ACCOUNT, raw), -1, "or small");
	tap_ok(seed(USER_SEED, NKEY_ACCOUNT) == NULL, "a user's seed neither");
	tap_ok(seed(ACCOUNT, NKEY_ACCOUNT) == NULL, "a public key is no seed");
	strcpy(wrong, ACCOUNT_SEED);
	wrong[strlen(wrong) - 1]++;
	tap_ok(seed(wrong, NKEY_ACCOUNT) == NULL, "one spelling for each");
}

static void
signs(void)
{
	scoped(secret) struct secret *raw = seed(ACCOUNT_SEED, NKEY_ACCOUNT);
	scoped(buffer) struct buffer text = BUFFER(4096);
	scoped(buffer) struct buffer token = BUFFER(4096);
	struct compact compact __attribute__((cleanup(compact_scoped))) = {0};
	struct signer signer = {.key = NULL};
	unsigned char public[NKEY_RAW];
	char issuer[NKEY_PUBLIC];
	const char *what = "", *dot;

	seal_sign_key(raw, &signer.key, public);
	buffer_add_string(&text, claims);
	natsjwt_write(&signer, &text, &token);
	dot = strrchr(buffer_text(&token), '.');
	tap_is(dot + 1, signature, "a user JWT is signed bit for bit");
	tap_number(natsjwt_read(token.bytes, token.length, NKEY_ACCOUNT,
		       &compact, issuer, &what),
	    0, "and read: %s", what);
	tap_is(issuer, ACCOUNT, "by whom");
	compact_clear(&compact);
	tap_number(natsjwt_read(token.bytes, token.length, NKEY_SERVER,
		       &compact, issuer, &what),
	    -1, "not by a server");
	token.bytes[token.length - 5] ^= 1;
	tap_number(natsjwt_read(token.bytes, token.length, NKEY_ACCOUNT,
		       &compact, issuer, &what),
	    -1, "one bit changed: %s", what);
	secret_free(signer.key);
}

/* RFC 8032 7.1, TEST 3 */
static void
ed25519(void)
{
	static const unsigned char bytes[] = {0xaf, 0x82};
	static const unsigned char secret[] = {0xc5, 0xaa, 0x8d, 0xf4, 0x3f,
	    0x9f, 0x83, 0x7b, 0xed, 0xb7, 0x44, 0x2f, 0x31, 0xdc, 0xb7, 0xb1,
	    0x66, 0xd3, 0x85, 0x35, 0x07, 0x6f, 0x09, 0x4b, 0x85, 0xce, 0x3a,
	    0x2e, 0x0b, 0x44, 0x58, 0xf7};
	static const unsigned char expected[] = {0x62, 0x91, 0xd6, 0x57, 0xde,
	    0xec, 0x24, 0x02, 0x48, 0x27, 0xe6, 0x9c, 0x3a, 0xbe, 0x01, 0xa3};
	scoped(secret) struct secret *raw = secret_copy(secret, sizeof(secret));
	scoped(secret) struct secret *key = NULL;
	unsigned char public[SEAL_KEY], made[SEAL_SIGNATURE];

	seal_sign_key(raw, &key, public);
	seal_sign(key, bytes, sizeof(bytes), made);
	tap_ok(memcmp(made, expected, sizeof(expected)) == 0,
	    "Ed25519 as RFC 8032 has it");
	tap_ok(seal_verify(public, bytes, sizeof(bytes), made), "verified");
	made[63] ^= 0x10;
	tap_ok(!seal_verify(public, bytes, sizeof(bytes), made),
	    "and not if S was changed");
}

static void
boxes(void)
{
	scoped(secret) struct secret *ours = seal_new_seed();
	scoped(secret) struct secret *theirs = seal_new_seed();
	scoped(secret) struct secret *plain = NULL;
	scoped(buffer) struct buffer sealed = BUFFER(4096);
	unsigned char our[SEAL_KEY], their[SEAL_KEY];
	int opened = 0;

	seal_box_public(ours, our);
	seal_box_public(theirs, their);
	tap_number(seal_box(theirs, our, "hello", 5, &sealed), 0, "sealed");
	tap_number((int64_t)sealed.length, 4 + 24 + 16 + 5, "this long");
	tap_ok(memcmp(sealed.bytes, "xkv1", 4) == 0, "it says how");
	plain = seal_open(ours, their, sealed.bytes, sealed.length);
	tap_is(plain == NULL ? NULL : secret_bytes(plain), "hello", "opened");
	for (size_t i = 0; i < sealed.length; i++) {
		scoped(secret) struct secret *other = NULL;

		sealed.bytes[i] ^= 4;
		other = seal_open(ours, their, sealed.bytes, sealed.length);
		opened += other != NULL;
		sealed.bytes[i] ^= 4;
	}
	for (size_t length = 0; length < sealed.length; length++) {
		scoped(secret) struct secret *other =
		    seal_open(ours, their, sealed.bytes, length);

		opened += other != NULL;
	}
	tap_number(opened, 0, "nothing changed or cut off is opened");
	tap_ok(seal_open(ours, our, sealed.bytes, sealed.length) == NULL,
	    "nor what another sealed");
}

int
main(void)
{
	struct error err;

	seal_start(&err);
	public_of(ACCOUNT_SEED, NKEY_ACCOUNT, ACCOUNT);
	public_of(USER_SEED, NKEY_USER, USER);
	refuses();
	signs();
	ed25519();
	boxes();
	return tap_done();
}
