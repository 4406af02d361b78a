/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/digest.h"
#include "tap.h"

/* FIPS 180-4's "abc", and RFC 4231's second case. */
static void
vectors(void)
{
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	digest_sha256("abc", 3, digest);
	tap_is(digest_hex(digest, hex),
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad",
	    "SHA-256");
	digest_sha256("", 0, digest);
	tap_is(digest_hex(digest, hex),
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855",
	    "SHA-256 of nothing");
	digest_hmac("Jefe", 4, "what do ya want for nothing?", 28, digest);
	tap_is(digest_hex(digest, hex),
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843",
	    "HMAC-SHA-256");
}

static void
digest_two(const char *one, const char *two, unsigned char digest[DIGEST_SIZE])
{
	struct digest_parts *parts = digest_start();

	digest_string(parts, one);
	digest_string(parts, two);
	digest_finish(parts, digest);
}

static void
differ(
    const char *a, const char *b, const char *c, const char *d, const char *why)
{
	unsigned char first[DIGEST_SIZE], second[DIGEST_SIZE];

	digest_two(a, b, first);
	digest_two(c, d, second);
	tap_ok(memcmp(first, second, DIGEST_SIZE) != 0, "differs: %s", why);
}

static void
parts_are_bound(void)
{
	unsigned char first[DIGEST_SIZE], second[DIGEST_SIZE];

	digest_two("ab", "c", first);
	digest_two("ab", "c", second);
	tap_ok(memcmp(first, second, DIGEST_SIZE) == 0, "the same again");
	differ("ab", "c", "a", "bc", "a byte moves on");
	differ("abc", "", "", "abc", "a part is empty");
	differ("a", NULL, "a", "", "no string is not an empty one");
	differ(NULL, "a", "a", NULL, "which one is missing");
}

int
main(void)
{
	vectors();
	parts_are_bound();
	return tap_done();
}
