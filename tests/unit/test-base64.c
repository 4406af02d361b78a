/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/base64.h"
#include "tap.h"

static int
decode(bool url, const char *text, struct secret *out)
{
	return url ? base64url_decode(out, text, strlen(text))
		   : base64_decode(out, text, strlen(text));
}

static void
gives(bool url, const char *text, const char *expected)
{
	scoped(secret) struct secret *out = secret_new(64);

	tap_number(decode(url, text, out), 0, "'%s' is decoded", text);
	tap_is(secret_bytes(out), expected, "'%s' gives '%s'", text, expected);
}

static void
refused(bool url, const char *text, const char *why)
{
	scoped(secret) struct secret *out = secret_new(64);

	secret_add_string(out, "before");
	tap_number(decode(url, text, out), -1, "refused: %s", why);
	tap_is(secret_bytes(out), "before", "nothing is left of it");
}

/* RFC 4648, section 10. */
static void
vectors(void)
{
	gives(false, "", "");
	gives(false, "Zg==", "f");
	gives(false, "Zm8=", "fo");
	gives(false, "Zm9v", "foo");
	gives(false, "Zm9vYg==", "foob");
	gives(false, "Zm9vYmE=", "fooba");
	gives(false, "Zm9vYmFy", "foobar");
	gives(true, "Zm9vYg", "foob");
	gives(true, "Zm9vYmE", "fooba");
	gives(false, "++//", "\xfb\xef\xff");
	gives(true, "--__", "\xfb\xef\xff");
}

/* The same, backwards; and that every byte comes back. */
static void
encoded(void)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="},
	    {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
	    {"\xfb\xff\xbf", "+/+/"}};
	char all[256];
	scoped(secret) struct secret *text = secret_new(344);
	scoped(secret) struct secret *back = secret_new(256);

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		scoped(secret) struct secret *out = secret_new(8);

		tap_number(base64_encode(out, pairs[i][0], strlen(pairs[i][0])),
		    0, "'%s' is encoded", pairs[i][1]);
		tap_is(secret_bytes(out), pairs[i][1], "so");
	}
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	tap_number(base64_encode(text, all, sizeof(all)), 0, "every byte");
	base64_decode(back, secret_bytes(text), secret_length(text));
	tap_ok(secret_equal(back, all, sizeof(all)), "comes back");
	while (secret_room(text) >= 4)
		secret_add(text, "x", 1);
	tap_number(base64_encode(text, "x", 1), -1, "no room");
	tap_ok(secret_room(text) == 3, "nothing is begun");
}

static void
mistakes(void)
{
	refused(false, "Zg", "padding is missing");
	refused(false, "Zg=", "half of the padding is missing");
	refused(false, "Z===", "too much padding");
	refused(false, "====", "padding alone");
	refused(false, "Zg==Zg==", "padding in the middle");
	refused(false, "Zh==", "left-over bits are not zero");
	refused(false, "Zm9\n", "a line break");
	refused(false, "--__", "the other alphabet");
	refused(true, "++//", "the other alphabet");
	refused(true, "Zg==", "padding");
	refused(true, "Zm9vY", "a length that cannot be");
	refused(true, "Zh", "left-over bits are not zero");
}

static void
no_room(void)
{
	scoped(secret) struct secret *out = secret_new(64);
	size_t room;

	while ((room = secret_room(out)) > 5)
		secret_add(out, "x", 1);
	tap_number(base64_decode(out, "Zm9vYmFy", 8), -1, "no room");
	tap_number((int64_t)secret_room(out), (int64_t)room,
	    "what does not fit is not begun");
}

/* RFC 4648, section 10, less the padding; and RFC 7636, appendix B. */
static void
url_encoded(const char *bytes, size_t length, const char *expected)
{
	scoped(secret) struct secret *out = secret_new(64);

	tap_number(base64url_encode(out, bytes, length), 0, "'%s' is encoded",
	    expected);
	tap_is(secret_bytes(out), expected, "gives '%s'", expected);
}

static void
url_encoding(void)
{
	scoped(secret) struct secret *out = secret_new(64);

	url_encoded("", 0, "");
	url_encoded("f", 1, "Zg");
	url_encoded("fo", 2, "Zm8");
	url_encoded("foo", 3, "Zm9v");
	url_encoded("foob", 4, "Zm9vYg");
	url_encoded("foobar", 6, "Zm9vYmFy");
	url_encoded("\xfb\xff\xbf\0", 4, "-_-_AA");
	url_encoded("\x74\x18\xdf\xb4\x97\x99\xe0\x25\x4f\xfa\x60\x7d\xd8\xad"
		"\xbb\xba\x16\xd4\x25\x4d\x69\xd6\xbf\xf0\x5b\x58\x05\x58"
		"\x53\x84\x8d\x79",
	    32, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	while (secret_room(out) > 3)
		secret_add(out, "x", 1);
	tap_number(base64url_encode(out, "foo", 3), -1, "no room");
}

int
main(void)
{
	url_encoding();
	vectors();
	encoded();
	mistakes();
	no_room();
	return tap_done();
}
