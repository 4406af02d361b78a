/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "base/sigv4.h"

/* Room for the canonical request beside the session token. */
#define CANONICAL_MAX 4096
#define SCOPE_MAX 256

/* The canonical request holds the session token, hence a secret. The list of
 * signed headers is wanted twice: in there and in the answer. */
struct signing {
	const struct sigv4 *sigv4;
	struct secret *canonical;
	struct buffer names;
	char date[SIGV4_DATE];
	char scope[SCOPE_MAX];
	bool failed;
};

static void
add(struct signing *signing, const char *text)
{
	if (secret_add_string(signing->canonical, text) == -1)
		signing->failed = true;
}

/* What a line break would do to the canonical form, it would do to the
 * request: one header becomes two. */
static bool
one_line(const char *text)
{
	return text == NULL || strpbrk(text, "\r\n") == NULL;
}

static void
add_header(struct signing *signing, const char *name, const char *value)
{
	if (value == NULL)
		return;
	if (!one_line(value))
		signing->failed = true;
	add(signing, name);
	add(signing, ":");
	add(signing, value);
	add(signing, "\n");
	buffer_printf(&signing->names, "%s%s",
	    signing->names.length > 0 ? ";" : "", name);
}

/* In the order of their names, as the format wants it. */
static void
add_headers(struct signing *signing)
{
	const struct sigv4 *sigv4 = signing->sigv4;

	add_header(signing, "content-type", sigv4->content_type);
	add_header(signing, "host", sigv4->host);
	add_header(signing, "x-amz-date", signing->date);
	if (sigv4->session_token != NULL)
		add_header(signing, "x-amz-security-token",
		    secret_bytes(sigv4->session_token));
	add_header(signing, "x-amz-target", sigv4->target);
}

static void
add_body_digest(struct signing *signing)
{
	const struct secret *body = signing->sigv4->body;
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	digest_sha256(body == NULL ? "" : secret_bytes(body),
	    body == NULL ? 0 : secret_length(body), digest);
	add(signing, digest_hex(digest, hex));
}

/* Method, path, query (always empty), headers, their names, body. */
static void
canonicalize(struct signing *signing)
{
	add(signing, signing->sigv4->method);
	add(signing, "\n");
	add(signing, signing->sigv4->path);
	add(signing, "\n\n");
	add_headers(signing);
	add(signing, "\n");
	add(signing, buffer_text(&signing->names));
	add(signing, "\n");
	add_body_digest(signing);
}

/* The key is derived through day, region and service, so that it opens
 * nothing else. */
static int
derive_key(const struct signing *signing, unsigned char key[DIGEST_SIZE])
{
	const struct sigv4 *sigv4 = signing->sigv4;
	scoped(secret) struct secret *start =
	    secret_new(4 + secret_length(sigv4->secret_key));

	if (start == NULL || secret_add_string(start, "AWS4") == -1 ||
	    secret_add(start, secret_bytes(sigv4->secret_key),
		secret_length(sigv4->secret_key)) == -1)
		return -1;
	digest_hmac(
	    secret_bytes(start), secret_length(start), signing->date, 8, key);
	digest_hmac(
	    key, DIGEST_SIZE, sigv4->region, strlen(sigv4->region), key);
	digest_hmac(
	    key, DIGEST_SIZE, sigv4->service, strlen(sigv4->service), key);
	digest_hmac(key, DIGEST_SIZE, "aws4_request", 12, key);
	return 0;
}

static int
sign(const struct signing *signing, char hex[DIGEST_HEX])
{
	unsigned char digest[DIGEST_SIZE], key[DIGEST_SIZE];
	scoped(buffer) struct buffer text = BUFFER(1024);

	digest_sha256(secret_bytes(signing->canonical),
	    secret_length(signing->canonical), digest);
	buffer_printf(&text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", signing->date,
	    signing->scope, digest_hex(digest, hex));
	if (buffer_failed(&text) || derive_key(signing, key) == -1)
		return -1;
	digest_hmac(key, sizeof(key), text.bytes, text.length, digest);
	explicit_bzero(key, sizeof(key));
	digest_hex(digest, hex);
	return 0;
}

static int
set_date_and_scope(struct signing *signing)
{
	const struct sigv4 *sigv4 = signing->sigv4;
	time_t now = (time_t)sigv4->now;
	struct tm utc;
	int length;

	if (gmtime_r(&now, &utc) == NULL ||
	    strftime(signing->date, sizeof(signing->date), "%Y%m%dT%H%M%SZ",
		&utc) != SIGV4_DATE - 1)
		return -1;
	length = snprintf(signing->scope, sizeof(signing->scope),
	    "%.8s/%s/%s/aws4_request", signing->date, sigv4->region,
	    sigv4->service);
	if (length < 0 || (size_t)length >= sizeof(signing->scope))
		return -1;
	return 0;
}

static bool
all_one_line(const struct sigv4 *sigv4)
{
	return one_line(sigv4->access_key_id) && one_line(sigv4->region) &&
	       one_line(sigv4->service) && one_line(sigv4->method) &&
	       one_line(sigv4->path);
}

int
sigv4_sign(const struct sigv4 *sigv4, struct buffer *authorization,
    char date[SIGV4_DATE])
{
	size_t token = sigv4->session_token == NULL
			   ? 0
			   : secret_length(sigv4->session_token);
	scoped(secret) struct secret *canonical =
	    secret_new(CANONICAL_MAX + token);
	struct signing signing = {
	    .sigv4 = sigv4, .canonical = canonical, .names = BUFFER(128)};
	char hex[DIGEST_HEX];
	int result = -1;

	if (canonical == NULL || !all_one_line(sigv4) ||
	    set_date_and_scope(&signing) == -1)
		return -1;
	canonicalize(&signing);
	if (signing.failed || buffer_failed(&signing.names) ||
	    sign(&signing, hex) == -1)
		goto out;
	buffer_printf(authorization,
	    "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
	    sigv4->access_key_id, signing.scope, buffer_text(&signing.names),
	    hex);
	memcpy(date, signing.date, SIGV4_DATE);
	result = buffer_failed(authorization) ? -1 : 0;
out:
	buffer_free(&signing.names);
	return result;
}

/* A form of its own: no digest of a body, and a line end behind the last. */
static void
canonicalize_git(struct signing *signing)
{
	add(signing, "GIT\n");
	add(signing, signing->sigv4->path);
	add(signing, "\n\nhost:");
	add(signing, signing->sigv4->host);
	add(signing, "\n\nhost\n");
}

/* The time that is signed has no Z, the one that is sent has. */
static struct secret *
git_password(struct signing *signing)
{
	scoped(secret) struct secret *password =
	    secret_new(SIGV4_DATE + DIGEST_HEX);
	char hex[DIGEST_HEX];

	canonicalize_git(signing);
	signing->date[SIGV4_DATE - 2] = '\0';
	if (signing->failed || password == NULL || sign(signing, hex) == -1 ||
	    secret_add_string(password, signing->date) == -1 ||
	    secret_add_string(password, "Z") == -1 ||
	    secret_add_string(password, hex) == -1)
		return NULL;
	explicit_bzero(hex, sizeof(hex));
	return take(&password);
}

struct secret *
sigv4_sign_git(const struct sigv4 *sigv4)
{
	struct sigv4 git = *sigv4;
	scoped(secret) struct secret *canonical = secret_new(CANONICAL_MAX);
	struct signing signing = {.sigv4 = &git, .canonical = canonical};

	git.service = "codecommit";
	git.method = "GIT";
	if (canonical == NULL || !all_one_line(&git) || !one_line(git.host) ||
	    set_date_and_scope(&signing) == -1)
		return NULL;
	return git_password(&signing);
}
