/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/tool.h"
#include "exchange/credential.h"
#include "tap.h"

#define TOKENS (KIND_ID_TOKEN | KIND_BEARER)

static void
test_table(void)
{
	static const struct {
		const char *name;
		unsigned kinds;
	} known[] = {
	    {"git", KIND_BASIC | TOKENS},
	    {"docker", KIND_BASIC | TOKENS},
	    {"aws", KIND_AWS},
	    {"gcloud", KIND_ID_TOKEN},
	    {"nats", TOKENS},
	    {"function", TOKENS},
	    {"token", KIND_ANY},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct tool *tool = tool_named(known[i].name);

		if (tap_ok(tool != NULL, "%s is a tool", known[i].name))
			tap_number(tool->kinds, known[i].kinds,
			    "the kinds that %s can use", known[i].name);
	}
	tap_ok(tool_named("gi") == NULL && tool_named("") == NULL &&
		   tool_named("Git") == NULL,
	    "others are none");
}

static void
audience(const char *name, const char *text, const char *expected)
{
	scoped(buffer) struct buffer got = BUFFER(2048);
	const struct tool *tool = tool_named(name);
	struct target target;
	struct error err;

	if (!tap_ok(
		tool->target(text, &target, &err) == 0, "%s %s", name, text))
		return;
	tool_audience(tool, &target, &got);
	tap_is(buffer_text(&got), expected, "its audience");
}

static void
test_audiences(void)
{
	audience("git", "https://GitHub.com/acme/x.git", "https://github.com");
	audience(
	    "git", "https://git.acme.io:8443/x", "https://git.acme.io:8443");
	audience("docker", "https://index.docker.io/v1/", "https://docker.io");
	audience("docker", "localhost:5000", "https://localhost:5000");
	audience("nats", "nats://nats.acme.io:4223", "nats.acme.io");
	audience("function", "https://hello-abc-ew.a.run.app/x?y=z",
	    "https://hello-abc-ew.a.run.app");
	audience("function", "https://eu-p.cloudfunctions.net/hello",
	    "https://eu-p.cloudfunctions.net/hello");
	audience("function", "https://eu-p.cloudfunctions.net/hello/a/b?c=d",
	    "https://eu-p.cloudfunctions.net/hello");
	audience("function", "https://eu-p.cloudfunctions.net/",
	    "https://eu-p.cloudfunctions.net");
	audience("function", "https://f.cloudfunctions.net.evil.io/hello",
	    "https://f.cloudfunctions.net.evil.io");
	audience("gcloud", "//iam.googleapis.com/projects/1",
	    "https://iam.googleapis.com/projects/1");
	audience("gcloud", "urn:x", "urn:x");
	audience("aws", "default", "");
	audience("token", "https://x.io", "");
}

static void
username(const char *host, const char *exchange, const char *expected)
{
	struct target target = {.scheme = "https"};

	strcpy(target.host, host);
	tap_is(tool_username(&target, exchange, "me"), expected,
	    "the user of %s by %s", host, exchange == NULL ? "none" : exchange);
}

static void
test_usernames(void)
{
	struct target target = {.scheme = "https", .host = "dev.azure.com"};

	username(
	    "europe-docker.pkg.dev", "gcp-federation", "oauth2accesstoken");
	username("docker.eu.rep.pkg.dev", NULL, "oauth2accesstoken");
	username("gcr.io", NULL, "oauth2accesstoken");
	username("eu.gcr.io", NULL, "oauth2accesstoken");
	username("evilgcr.io", NULL, "oauth2");
	username("source.developers.google.com", NULL, "git-account");
	username("acme.googlesource.com", NULL, "git-account");
	username("i-1-git.us-central1.sourcemanager.dev", NULL, "git-account");
	username("a.us-central1.p.sourcemanager.dev", NULL, "git-account");
	username("i-git.us-central1.blueoryx.dev", NULL, "git-account");
	username("p-eu-west1-git.developerconnect.dev", NULL, "git-account");
	username("evilsourcemanager.dev", NULL, "oauth2");
	username("dev.azure.com", "azure-federation", "me");
	username("acme.visualstudio.com", NULL, "me");
	tap_is(tool_username(&target, NULL, NULL), "oauth2", "any, not none");
	tap_is(tool_username(&target, NULL, ""), "oauth2", "not an empty one");
	username("github.com", "octo-sts", "x-access-token");
	username("ghcr.io", NULL, "x-access-token");
	username("github.acme.io", "octo-sts", "x-access-token");
	username("gitlab.com", NULL, "oauth2");
	username("gitlab.com", "token-exchange", "oauth2");
}

int
main(void)
{
	test_table();
	test_audiences();
	test_usernames();
	return tap_done();
}
