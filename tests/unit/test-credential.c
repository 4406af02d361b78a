/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "exchange/credential.h"
#include "tap.h"

static struct credential *
make(unsigned kind)
{
	struct credential *credential = credential_new(kind);

	credential->secret = secret_copy("s3cr=et", 7);
	return credential;
}

static struct credential *
make_aws(void)
{
	struct credential *aws = make(KIND_AWS);

	aws->name = strdup("ASIAEXAMPLE");
	aws->session = secret_copy("tok/en+==", 9);
	aws->handle = secret_copy("hvs.token lease/1", 17);
	aws->expires = 1900000000;
	aws->issued = 1899996400;
	aws->revocable = true;
	aws->issuer = strdup("https://app.gitpod.io");
	aws->subject = strdup("org:a/prj:b");
	aws->audience = strdup("sts.amazonaws.com");
	return aws;
}

static void
test_kinds(void)
{
	tap_is(kind_name(KIND_ID_TOKEN), "id-token", "name of id-token");
	tap_is(kind_name(KIND_AWS), "aws", "name of aws");
	tap_is(kind_name(KIND_AWS | KIND_BASIC), NULL, "a set has no name");
	tap_is(kind_name(0), NULL, "nor has the empty one");
	tap_number(kind_named("bearer"), KIND_BEARER, "bearer is named");
	tap_number(kind_named("basic"), KIND_BASIC, "basic is named");
	tap_number(kind_named("Basic"), 0, "case matters");
	tap_number(kind_named(""), 0, "the empty name is none");
}

static void
is_same(const struct credential *got, const char *what)
{
	if (!tap_ok(got != NULL, "%s: is there", what))
		return;
	tap_number(got->kind, KIND_AWS, "%s: kind", what);
	tap_number(got->expires, 1900000000, "%s: expires", what);
	tap_number(got->issued, 1899996400, "%s: issued", what);
	tap_ok(got->revocable, "%s: revocable", what);
	tap_is(got->name, "ASIAEXAMPLE", "%s: name", what);
	tap_is(secret_bytes(got->secret), "s3cr=et", "%s: secret", what);
	tap_is(secret_bytes(got->session), "tok/en+==", "%s: session", what);
	tap_is(
	    secret_bytes(got->handle), "hvs.token lease/1", "%s: handle", what);
	tap_is(got->issuer, "https://app.gitpod.io", "%s: issuer", what);
	tap_is(got->subject, "org:a/prj:b", "%s: subject", what);
	tap_is(got->audience, "sts.amazonaws.com", "%s: audience", what);
}

static void
test_copy_and_block(void)
{
	scoped(credential) struct credential *aws = make_aws();
	scoped(credential) struct credential *copy = credential_copy(aws);
	scoped(credential) struct credential *read = NULL;
	scoped(secret) struct secret *block = secret_new(4096);

	is_same(copy, "copy");
	tap_ok(copy->secret != aws->secret && copy->handle != aws->handle,
	    "a copy has its own secrets");
	tap_number(credential_write(aws, block), 0, "written");
	read = credential_read(secret_bytes(block), secret_length(block));
	is_same(read, "block");
}

static void
test_small(void)
{
	scoped(credential) struct credential *token = make(KIND_BEARER);
	scoped(credential) struct credential *read = NULL;
	scoped(secret) struct secret *block = secret_new(64);
	size_t before;

	secret_add_string(block, "before\n");
	tap_number(credential_write(token, block), 0, "a bearer is written");
	tap_is(secret_bytes(block), "before\nkind=bearer\nsecret=s3cr=et\n\n",
	    "behind what is there");
	read =
	    credential_read(secret_bytes(block) + 7, secret_length(block) - 7);
	tap_ok(read != NULL && read->name == NULL && read->expires == 0 &&
		   read->handle == NULL,
	    "what was not said stays empty");
	do
		before = secret_length(block);
	while (credential_write(token, block) == 0);
	tap_ok(secret_room(block) < 29, "written until there is no room");
	tap_number((int64_t)secret_length(block), (int64_t)before,
	    "and nothing is left of what did not fit");
}

/* Two blocks, one behind the other. */
static void
test_two(void)
{
	static const char two[] =
	    "kind=bearer\nsecret=a\n\nkind=bearer\nsecret=b\n\n";
	size_t first = credential_block(two, strlen(two));
	scoped(credential) struct credential *a = credential_read(two, first);
	scoped(credential) struct credential *b =
	    credential_read(two + first, strlen(two) - first);

	tap_ok(a != NULL && b != NULL, "two blocks are taken apart");
	tap_number((int64_t)credential_block("a\n", 2), 0, "none is whole");
	tap_number((int64_t)credential_block("", 0), 0, "none is there");
}

static void
refuses_to_write(struct credential *credential, const char *what)
{
	scoped(secret) struct secret *block =
	    secret_new((size_t)2 * CREDENTIAL_MAX);

	tap_number(
	    credential_write(credential, block), -1, "not written: %s", what);
	tap_number((int64_t)secret_length(block), 0, "no bytes: %s", what);
	credential_free(credential);
}

static void
test_writing_refuses(void)
{
	struct credential *bad = make(KIND_BASIC);

	refuses_to_write(bad, "basic without a name");
	refuses_to_write(make(KIND_AWS | KIND_BASIC), "two kinds");
	refuses_to_write(credential_new(KIND_BEARER), "no secret");
	bad = make(KIND_BASIC);
	bad->name = strdup("a\nsecret=b");
	refuses_to_write(bad, "a newline in the name");
	bad = credential_new(KIND_BEARER);
	bad->secret = secret_copy("a\nb", 3);
	refuses_to_write(bad, "a newline in the secret");
	bad = credential_new(KIND_BEARER);
	bad->secret = secret_copy("a\0b", 3);
	refuses_to_write(bad, "a NUL in the secret");
	bad = credential_new(KIND_BEARER);
	bad->secret = secret_new(CREDENTIAL_MAX);
	memset(secret_tail(bad->secret), 'x', CREDENTIAL_MAX);
	secret_wrote(bad->secret, CREDENTIAL_MAX);
	refuses_to_write(bad, "more than the limit");
}

static void
test_reading_refuses(void)
{
	static const char *const bad[] = {
	    "",
	    "\n",
	    "kind=bearer\nsecret=x\n",
	    "kind=bearer\nsecret=x",
	    "kind=bearer\nsecret=x\n\n\n",
	    "kind=bearer\nsecret=x\n\nkind=aws\n\n",
	    "kind=bearer\nsecret=\n\n",
	    "kind=bearer\n\n",
	    "secret=x\n\n",
	    "kind=any\nsecret=x\n\n",
	    "kind=basic\nsecret=x\n\n",
	    "kind=bearer\nkind=aws\nname=a\nsecret=x\n\n",
	    "kind=bearer\nsecret=x\nsecret=y\n\n",
	    "kind=bearer\nsecret=x\nhandle=y\nhandle=z\n\n",
	    "kind=bearer\nsecret=x\nexpires=-1\n\n",
	    "kind=bearer\nsecret=x\nexpires=1e9\n\n",
	    "kind=bearer\nsecret=x\nexpires=99999999999999999999\n\n",
	    "kind=bearer\nsecret=x\nrevocable=yes\n\n",
	    "kind=bearer\nsecret=x\nunknown=y\n\n",
	    "kind=bearer\nsecret=x\nname\n\n",
	    "kind=bearer\nsecret=x\n=y\n\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		scoped(credential) struct credential *read =
		    credential_read(bad[i], strlen(bad[i]));

		tap_ok(read == NULL, "refused: block %zu", i);
	}
	tap_ok(credential_read("kind=bearer\nsecret=x\0y\n\n", 24) == NULL,
	    "refused: a NUL");
	credential_free(NULL);
}

int
main(void)
{
	test_kinds();
	test_copy_and_block();
	test_small();
	test_two();
	test_writing_refuses();
	test_reading_refuses();
	return tap_done();
}
