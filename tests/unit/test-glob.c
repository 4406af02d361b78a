/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tap.h"

static void
fits(const char *pattern, const char *text, bool expected)
{
	tap_ok(text_glob(pattern, text) == expected, "%s %s %s", pattern,
	    expected ? "fits" : "does not fit", text);
}

static void
fits_host(const char *pattern, const char *host, bool expected)
{
	tap_ok(text_glob_host(pattern, host) == expected, "host %s %s %s",
	    pattern, expected ? "fits" : "does not fit", host);
}

static void
test_known(void)
{
	fits("", "", true);
	fits("", "a", false);
	fits("*", "", true);
	fits("*", "abc", true);
	fits("*", "a/b", false);
	fits("*", "a.b", false);
	fits("*", "a:b", false);
	fits("**", "a/b.c:d", true);
	fits("https://github.com/acme/**", "https://github.com/acme/x/y", true);
	fits("https://github.com/acme/**", "https://github.com/evil/x", false);
	fits("https://github.com/acme/*", "https://github.com/acme/x/y", false);
	fits("prod-*", "prod-eu", true);
	fits("prod-*", "Prod-eu", false);
	fits("id-token:**", "id-token:https://x.y/z", true);
	fits("a*b*c", "aXbYc", true);
	fits("a*b*c", "aXbYcZ", false);
	fits("**/x", "a/b/x", true);
	fits("**/x", "a/b/xx", false);
	fits("?", "a", false);
	fits("[a]", "a", false);
	fits("a\\*", "ab", false);
}

static void
test_fold(void)
{
	tap_ok(text_glob_fold("https://x/Acme/*", "https://x/aCME/Web"),
	    "case does not matter");
	tap_ok(!text_glob_fold("https://x/acme/*", "https://x/acme/a/b"),
	    "what a star stops at does");
}

static void
test_hosts(void)
{
	fits_host("*.dkr.ecr.*.amazonaws.com",
	    "123456789012.dkr.ecr.eu-west-1.amazonaws.com", true);
	fits_host("*.dkr.ecr.*.amazonaws.com",
	    "1.dkr.ecr.eu-west-1.amazonaws.com.evil.io", false);
	fits_host(
	    "*.dkr.ecr.*.amazonaws.com", "1.dkr.ecr.x.y.amazonaws.com", false);
	fits_host("*.pkg.dev", "europe-docker.pkg.dev", true);
	fits_host("*.pkg.dev", "pkg.dev", false);
	fits_host("*.pkg.dev", "a.b.pkg.dev", false);
	fits_host("GitHub.com", "github.COM", true);
	fits_host("git-*.acme.io", "git-eu.acme.io", true);
	fits_host("**.acme.io", "a.b.acme.io", true);
}

/* What a glob means, in its shortest form. */
static bool
means(const char *pattern, const char *text)
{
	if (pattern[0] == '\0')
		return text[0] == '\0';
	if (pattern[0] == '*' && pattern[1] == '*')
		return means(pattern + 2, text) ||
		       (text[0] != '\0' && means(pattern, text + 1));
	if (pattern[0] == '*')
		return means(pattern + 1, text) ||
		       (text[0] != '\0' && strchr("/.:", text[0]) == NULL &&
			   means(pattern, text + 1));
	return pattern[0] == text[0] && means(pattern + 1, text + 1);
}

/* The n-th word of these letters; false behind those of that length. */
static bool
word(char *to, size_t most, const char *letters, unsigned n)
{
	unsigned base = (unsigned)strlen(letters) + 1;

	for (size_t i = 0; i < most; i++, n /= base) {
		if (n % base == 0) {
			to[i] = '\0';
			return n == 0;
		}
		to[i] = letters[n % base - 1];
	}
	to[most] = '\0';
	return n == 0;
}

/* All patterns and texts of up to six letters. */
static void
test_all(void)
{
	char pattern[8], text[8];
	unsigned tried = 0, wrong = 0;

	for (unsigned i = 0; i < 4096; i++)
		for (unsigned j = 0; word(pattern, 6, "ab*", i) && j < 729;
		     j++) {
			if (!word(text, 6, "ab", j))
				continue;
			tried++;
			wrong +=
			    text_glob(pattern, text) != means(pattern, text);
		}
	for (unsigned i = 0; i < 4096; i++)
		for (unsigned j = 0; word(pattern, 6, "a/*", i) && j < 729;
		     j++) {
			if (!word(text, 6, "a/", j))
				continue;
			tried++;
			wrong +=
			    text_glob(pattern, text) != means(pattern, text);
		}
	tap_ok(tried > 200000, "%u pairs were tried", tried);
	tap_number(wrong, 0, "all as they should");
}

/* What makes a matcher that tries all ways run for years. */
static void
test_effort(void)
{
	char pattern[256] = "", text[2048];
	int64_t start = clock_ms();

	for (int i = 0; i < 50; i++)
		strcat(pattern, "**a*");
	strcat(pattern, "b");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	tap_ok(!text_glob(pattern, text), "a pattern of many stars");
	tap_ok(clock_ms() - start < 2000, "in no time");
}

int
main(void)
{
	test_known();
	test_fold();
	test_hosts();
	test_all();
	test_effort();
	return tap_done();
}
