/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "config/match.h"
#include "tap.h"

static bool
fits(enum match_kind kind, const char *pattern, const char *text)
{
	scoped(match) struct match *match = NULL;
	struct target target;
	int read = kind == MATCH_URL	    ? target_url(text, &target, NULL)
		   : kind == MATCH_REGISTRY ? target_docker(text, &target, NULL)
					    : target_word(text, &target, NULL);

	if (read == -1 || match_read(kind, pattern, &match, NULL) == -1)
		return false;
	return match_fits(match, &target);
}

static void
url(const char *pattern, const char *text, bool expected)
{
	tap_ok(fits(MATCH_URL, pattern, text) == expected, "%s %s %s", pattern,
	    expected ? "fits" : "does not fit", text);
}

static void
registry(const char *pattern, const char *text, bool expected)
{
	tap_ok(fits(MATCH_REGISTRY, pattern, text) == expected, "%s %s %s",
	    pattern, expected ? "fits" : "does not fit", text);
}

static void
word(const char *pattern, const char *text, bool expected)
{
	tap_ok(fits(MATCH_WORD, pattern, text) == expected, "%s %s %s", pattern,
	    expected ? "fits" : "does not fit", text);
}

static void
urls(void)
{
	url("https://github.com", "https://github.com/acme/x.git", true);
	url("https://github.com/", "https://github.com", true);
	url("https://github.com", "https://you@github.com/x", true);
	url("https://github.com/acme", "https://github.com/acme", true);
	url("https://github.com/acme", "https://github.com/acme.git", true);
	url("https://github.com/acme", "https://github.com/acme/x", true);
	url("https://github.com/acme/", "https://github.com/acme/x", true);
	url("https://github.com/acme", "https://github.com/acmeX", false);
	url("https://github.com/acme", "https://github.com/Acme", false);
	url("https://github.com/acme", "https://github.com", false);
	url("https://github.com/a/b.git", "https://github.com/a/b", true);
	url("https://github.com", "http://github.com", false);
	url("https://github.com:443", "https://github.com", true);
	url("https://github.com:8443", "https://github.com", false);
	url("https://github.com", "https://github.com:8443", false);
	url("https://*.acme.io", "https://git.acme.io", true);
	url("https://*.acme.io", "https://acme.io", false);
	url("https://*.acme.io", "https://a.b.acme.io", false);
	url("https://git-*.acme.io", "https://git-eu.acme.io", true);
	url("https://*", "https://acme.io", false);
	url("https://github.com", "https://github.com.evil.io", false);
	url("https://github.com", "https://evilgithub.com", false);
	url("https://[::1]:8443", "https://[0:0::1]:8443/x", true);
	url("nats://127.0.0.1:4222", "nats://127.0.0.1", true);
	url("nats://127.0.0.1", "tls://127.0.0.1", false);
}

static void
registries(void)
{
	registry("docker.io", "https://index.docker.io/v1/", true);
	registry("https://index.docker.io/v1/", "docker.io", true);
	registry("ghcr.io", "ghcr.io", true);
	registry("ghcr.io", "ghcr.io/acme/app", true);
	registry("ghcr.io/acme", "ghcr.io/acme/app", true);
	registry("ghcr.io/acme", "ghcr.io", false);
	registry("ghcr.io/acme", "ghcr.io/acmeX", false);
	registry("*.dkr.ecr.*.amazonaws.com",
	    "1.dkr.ecr.eu-west-1.amazonaws.com", true);
	registry("*.dkr.ecr.*.amazonaws.com",
	    "1.dkr.ecr.eu-west-1.amazonaws.com.evil.io", false);
	registry("localhost:5000", "localhost:5000", true);
	registry("localhost:5000", "localhost", false);
	registry("localhost", "localhost:5000", false);
}

static void
words(void)
{
	word("default", "default", true);
	word("default", "Default", false);
	word("prod-*", "prod-eu", true);
	word("prod-*", "prod", false);
	word("*", "default", true);
	word(
	    "//iam.googleapis.com/**", "//iam.googleapis.com/projects/1", true);
	word(
	    "//iam.googleapis.com/*", "//iam.googleapis.com/projects/1", false);
	word(NULL, "anything", true);
}

static void
wrong(enum match_kind kind, const char *pattern, const char *why)
{
	scoped(match) struct match *match = NULL;
	struct error err = {.fault = FAULT_NONE};

	tap_ok(match_read(kind, pattern, &match, &err) == -1 &&
		   err.fault == FAULT_CONFIG && strstr(err.text, why) != NULL,
	    "no pattern: '%s' %s", pattern, why);
}

static int
compare(enum match_kind kind, const char *a, const char *b)
{
	scoped(match) struct match *one = NULL;
	scoped(match) struct match *other = NULL;

	if (match_read(kind, a, &one, NULL) == -1 ||
	    match_read(kind, b, &other, NULL) == -1)
		return -1000;
	return match_compare(one, other);
}

static void
closer(enum match_kind kind, const char *a, const char *b)
{
	tap_ok(compare(kind, a, b) > 0 && compare(kind, b, a) < 0 &&
		   compare(kind, b, a) != -1000,
	    "%s is closer than %s", a, b == NULL ? "any" : b);
}

static void
equal(enum match_kind kind, const char *a, const char *b)
{
	tap_number(compare(kind, a, b), 0, "%s is as close as %s", a, b);
}

static void
comparisons(void)
{
	closer(MATCH_URL, "https://h/a/b", "https://h/a");
	closer(MATCH_URL, "https://h/a", "https://h");
	/* git's own order: the host counts before the path. */
	closer(MATCH_URL, "https://git.acme.io", "https://*.acme.io/a");
	closer(MATCH_URL, "https://git.*.io", "https://*.*.io");
	closer(MATCH_URL, "https://*.acme.io/a", "https://*.acme.io");
	equal(MATCH_URL, "https://h/a.git", "https://H:443/a/");
	closer(MATCH_REGISTRY, "ghcr.io/acme", "ghcr.io");
	closer(MATCH_REGISTRY, "ghcr.io", "*.io/acme");
	equal(MATCH_REGISTRY, "*.dkr.io", "dkr.*.io");
	closer(MATCH_WORD, "prod", "p*");
	closer(MATCH_WORD, "pr*", "p*");
	closer(MATCH_WORD, "*", NULL);
	equal(MATCH_WORD, "*a", "a*");
}

int
main(void)
{
	urls();
	registries();
	words();
	wrong(MATCH_URL, "github.com", "no scheme");
	wrong(MATCH_URL, "https://h/*/x", "a `*` in its path");
	wrong(MATCH_URL, "https://h/a b", "space");
	wrong(MATCH_REGISTRY, "ghcr.io/*", "a `*` in its path");
	wrong(MATCH_WORD, "", "empty");
	comparisons();
	return tap_done();
}
