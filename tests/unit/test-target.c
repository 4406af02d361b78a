/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/target.h"
#include "tap.h"

typedef int
reader(const char *, struct target *, struct error *);

static void
reads(reader *read, const char *from, const char *text)
{
	struct target target = {.text = "(untouched)"};
	struct error err = {.fault = FAULT_NONE};

	read(from, &target, &err);
	tap_is(target.text, text, "%s", from);
}

static void
refuses(reader *read, const char *from, const char *why)
{
	struct target target = {.text = "(untouched)"};
	struct error err = {.fault = FAULT_NONE};
	char name[64];

	text_printable(name, sizeof(name), from, strlen(from));
	tap_ok(read(from, &target, &err) == -1 && err.fault == FAULT_USAGE &&
		   err.stage == STAGE_TARGET && strstr(err.text, why) != NULL,
	    "refused: '%s' %s", name, why);
	tap_is(target.text, "(untouched)", "and the target is left alone");
}

static void
urls(void)
{
	reads(target_url, "https://github.com", "https://github.com");
	reads(target_url, "HTTPS://GitHub.COM/", "https://github.com");
	reads(target_url, "https://github.com:443/a", "https://github.com/a");
	reads(target_url, "http://h:80", "http://h");
	reads(target_url, "http://h:443", "http://h:443");
	reads(target_url, "https://h:8443/x/", "https://h:8443/x");
	reads(target_url, "nats://127.0.0.1:4222", "nats://127.0.0.1");
	reads(target_url, "tls://n:4222", "tls://n");
	reads(target_url, "wss://n:443", "wss://n");
	reads(target_url, "https://me:pw@h/x", "https://h/x");
	reads(target_url, "https://h/x?service=a@b", "https://h/x");
	reads(target_url, "https://h?x=https://y", "https://h");
	reads(target_url, "https://[2001:DB8:0:0::1]:443/x",
	    "https://[2001:db8::1]/x");
	reads(target_url, "https://[::1]:8443", "https://[::1]:8443");
}

static void
repositories(void)
{
	reads(target_url, "https://h/a/b.git", "https://h/a/b");
	reads(target_url, "https://h/a/b.git/", "https://h/a/b");
	reads(target_url, "https://h/a/b.git/info/lfs", "https://h/a/b");
	reads(target_url, "https://h/a/b/info/lfs", "https://h/a/b");
	reads(target_url, "https://h/a/b.git/info/lfs/objects/batch",
	    "https://h/a/b");
	reads(target_url, "https://h/.git", "https://h/.git");
	reads(target_url, "https://h/a/.git", "https://h/a/.git");
	reads(target_url, "https://h/info/lfs", "https://h/info/lfs");
	reads(target_url, "https://h/a.github", "https://h/a.github");
}

/* One path, one spelling: else a rule for the one would miss the other. */
static void
spellings(void)
{
	reads(target_url, "https://h/%61cme/%7Ex", "https://h/acme/~x");
	reads(target_url, "https://h/a%20b", "https://h/a%20b");
	reads(target_url, "https://h/a%c3%a9", "https://h/a%C3%A9");
	reads(target_url, "https://h/a\xc3\xa9", "https://h/a%C3%A9");
	reads(target_url, "https://h/a%40b", "https://h/a@b");
	reads(target_url, "https://h/a%25b", "https://h/a%25b");
	reads(target_url, "https://h/a{b}", "https://h/a%7Bb%7D");
	reads(target_url, "https://h/a%3Fb", "https://h/a%3Fb");
}

static void
refused_urls(void)
{
	static const struct {
		const char *url;
		const char *why;
	} rows[] = {
	    {"", "no scheme"},
	    {"github.com/x", "no scheme"},
	    {"://h", "no scheme"},
	    {"1a://h", "scheme is none"},
	    {"a_b://h", "scheme is none"},
	    {"averyveryverylongscheme://h", "scheme that is too long"},
	    {"https://", "no host"},
	    {"https:///x", "no host"},
	    {"https://me@/x", "no host"},
	    {"https://a@b@c/x", "more than one"},
	    {"https://h:0", "port"},
	    {"https://h:", "port"},
	    {"https://h:65536", "port"},
	    {"https://h:080", "port"},
	    {"https://h:8a", "port"},
	    {"https://h.", "ends in a dot"},
	    {"https://.h", "no host name"},
	    {"https://a..b", "no host name"},
	    {"https://b\xc3\xbc.de", "no host name"},
	    {"https://*.h", "no host name"},
	    {"https://h%2ex", "no host name"},
	    {"https://[::1", "not closed"},
	    {"https://[::g]", "no IPv6"},
	    {"https://[fe80::1%25eth0]", "no IPv6"},
	    {"https://[::1]x", "behind its bracket"},
	    {"https://h/a b", "space"},
	    {"https://h/a\\b", "backslash"},
	    {"https://h\\@evil/", "backslash"},
	    {"https://h/a\nb", "control byte"},
	    {"https://h/a\x7f", "control byte"},
	    {"https://h/a#b", "fragment"},
	    {"https://h/../a", "`..`"},
	    {"https://h/a/./b", "`.`"},
	    {"https://h/a/%2e%2E/b", "`..`"},
	    {"https://h/a/%2E", "`.`"},
	    {"https://h//a", "empty"},
	    {"https://h/a//", "empty"},
	    {"https://h/a%2fb", "escaped slash"},
	    {"https://h/a%5Cb", "escaped slash"},
	    {"https://h/a%00b", "control byte"},
	    {"https://h/a%0ab", "control byte"},
	    {"https://h/a%", "no escape"},
	    {"https://h/a%4", "no escape"},
	    {"https://h/a%zz", "no escape"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refuses(target_url, rows[i].url, rows[i].why);
}

static void
lengths(void)
{
	char url[4096] = "https://";
	struct target target;

	memset(url + 8, 'h', 255);
	tap_number(target_url(url, &target, NULL), 0, "a host of 255 bytes");
	url[8 + 255] = 'h';
	refuses(target_url, url, "too long");
	snprintf(url, sizeof(url), "https://h/%0*d", 1000, 0);
	tap_number(target_url(url, &target, NULL), 0, "a path of 1000 bytes");
	tap_number((int64_t)strlen(target.path), 1000, "none of them lost");
	snprintf(url, sizeof(url), "https://h/%0*d", 1100, 0);
	refuses(target_url, url, "too long");
}

static void
secrecy(void)
{
	struct target target;
	struct error err = {.fault = FAULT_NONE};

	target_url("https://me:hunter2@h/a b", &target, &err);
	tap_ok(strstr(err.text, "hunter2") == NULL, "no password is shown");
	target_url("https://me:hunter2#@h:x", &target, &err);
	tap_ok(strstr(err.text, "hunter2") == NULL, "nor one with a `#`");
	target_url("https://h/\033[2J", &target, &err);
	tap_ok(strchr(err.text, '\033') == NULL, "no control bytes are shown");
}

static void
registries(void)
{
	reads(target_docker, "ghcr.io", "ghcr.io");
	reads(target_docker, "GHCR.io/", "ghcr.io");
	reads(target_docker, "https://ghcr.io/v2/", "ghcr.io");
	reads(target_docker, "https://index.docker.io/v1/", "docker.io");
	reads(target_docker, "index.docker.io/v1", "docker.io");
	reads(target_docker, "index.docker.io", "docker.io");
	reads(target_docker, "docker.io", "docker.io");
	reads(target_docker, "registry-1.docker.io", "docker.io");
	reads(target_docker, "docker.io/library", "docker.io/library");
	reads(target_docker, "localhost:5000", "localhost:5000");
	reads(target_docker, "http://localhost:5000/x", "localhost:5000/x");
	reads(target_docker, "ghcr.io:443", "ghcr.io");
	reads(target_docker, "http://localhost:443", "localhost");
	reads(target_docker, "http://127.0.0.1:80", "127.0.0.1:80");
	reads(target_docker, "http://[::1]:5000", "[::1]:5000");
	reads(target_docker, "ghcr.io/acme/app", "ghcr.io/acme/app");
	reads(target_docker, "[::1]:5000", "[::1]:5000");
	refuses(target_docker, "", "no host");
	refuses(target_docker, "me@ghcr.io", "no registry");
	refuses(target_docker, "ftp://ghcr.io", "neither https nor http");
	refuses(target_docker, "http://r:443", "plain http");
	refuses(target_docker, "HTTP://127.1", "plain http");
	refuses(target_docker, "https://index.docker.io/v1/access-token",
	    "docker's own");
	refuses(target_docker, "https://index.docker.io/v1/refresh-token",
	    "docker's own");
	refuses(target_docker, "docker.io/v1/x", "docker's own");
	refuses(target_docker, "ghcr.io/../x", "`..`");
	refuses(target_docker, "*.io", "no host name");
}

static void
words(void)
{
	char word[TARGET_MAX + 1] = "";

	reads(target_word, "default", "default");
	reads(target_word, "//iam.googleapis.com/projects/1",
	    "//iam.googleapis.com/projects/1");
	refuses(target_word, "", "is empty");
	refuses(target_word, "a\nb", "control byte");
	memset(word, 'w', TARGET_MAX);
	refuses(target_word, word, "too long");
}

static void
authorities(void)
{
	struct target target;
	char text[300], small[8] = "x";

	target_url("https://h:8443/x", &target, NULL);
	tap_is(target_authority(&target, text, sizeof(text)), "h:8443",
	    "host and port");
	target_url("https://h/x", &target, NULL);
	tap_is(target_authority(&target, text, sizeof(text)), "h",
	    "the default port is not written");
	target_url("https://example:8443/x", &target, NULL);
	tap_is(target_authority(&target, small, sizeof(small)), "",
	    "nothing when it does not fit");
}

static void
patterns(void)
{
	reads(target_url_pattern, "https://*.Acme.io/x", "https://*.acme.io/x");
	refuses(target_url_pattern, "https://me@h", "a user name");
	reads(target_docker_pattern, "*.dkr.ecr.*.amazonaws.com",
	    "*.dkr.ecr.*.amazonaws.com");
}

int
main(void)
{
	urls();
	repositories();
	spellings();
	refused_urls();
	lengths();
	secrecy();
	registries();
	words();
	authorities();
	patterns();
	return tap_done();
}
