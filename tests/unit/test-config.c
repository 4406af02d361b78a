/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "rows.h"
#include "tap.h"

#define DEV                                                    \
	"[credential \"dev\"]\n exchange = aws-web-identity\n" \
	" role = arn:aws:iam::123456789012:role/dev\n"

/* What one setting of one section comes to: its value, or the mistake. */
static void
setting(const struct config *config, const char *word, const char *name,
    const char *key, const char *expected)
{
	const struct settings *settings = NULL;
	struct error err = {.fault = FAULT_NONE};
	int found = config_section(config, word, name, &settings, &err);

	tap_is(found == -1 ? err.text : settings_get(settings, key), expected,
	    "[%s \"%s\"] %s", word, name != NULL ? name : "", key);
	if (found == -1)
		tap_ok(err.fault == FAULT_CONFIG && err.stage == STAGE_CONFIG &&
			   settings == NULL,
		    "and it is a fault of the configuration");
}

/* A user's file with one mistake in its one bad section. */
static void
mistaken(const char *text, const char *expected)
{
	scoped(config) struct config *config = rows_config(NULL, text);

	tap_is(config != NULL ? config_mistake(config, 0) : NULL, expected,
	    "the mistake is named");
}

static void
reads_sections(void)
{
	scoped(config) struct config *config =
	    rows_config(DEV "[credential \"dev\"]\n region = eu-west-1\n"
			    "[http]\n timeout = 20s\n",
		"[identity]\n source = auto\n"
		"[identity \"ci\"]\n source = file\n file = /t\n");
	const char *const *names = config_names(config, "credential");

	setting(config, "credential", "dev", "region", "eu-west-1");
	setting(config, "credential", "dev", "exchange", "aws-web-identity");
	setting(config, "credential", "Dev", "exchange", NULL);
	setting(config, "http", NULL, "timeout", "20s");
	setting(config, "identity", NULL, "source", "auto");
	setting(config, "identity", "ci", "file", "/t");
	setting(config, "audit", NULL, "sink", NULL);
	tap_is(config_mistake(config, 0), NULL, "no mistake");
	tap_is(names[0], "dev", "the credentials' names");
	tap_is(names[1], NULL, "and no more");
	tap_is(config_names(config, "nonsense")[0], NULL, "none of no kind");
	tap_number(config_usable(config, NULL), 0, "usable");
}

static void
names_mistakes(void)
{
	mistaken(DEV " rol = x\n",
	    "[credential \"dev\"] in /home/x/config line 4: "
	    "unknown key `rol`; did you mean `role`?");
	mistaken(DEV " frobnicate = x\n",
	    "[credential \"dev\"] in /home/x/config line 4: "
	    "unknown key `frobnicate`");
	mistaken("[credentail \"dev\"]\na = b\n",
	    "[credentail \"dev\"] in /home/x/config line 2: "
	    "unknown section; did you mean [credential]?");
	mistaken("[credential]\n exchange = octo-sts\n",
	    "[credential] in /home/x/config line 2: "
	    "needs a name: [credential \"NAME\"]");
	mistaken("[http \"x\"]\n timeout = 1s\n",
	    "[http \"x\"] in /home/x/config line 2: takes no name");
	mistaken("[credential \"id-token\"]\n exchange = octo-sts\n"
		 " identity-name = x\n",
	    "[credential \"id-token\"] in /home/x/config line 2: "
	    "`id-token` is built in: choose another name");
	mistaken("[credential \"x\"]\n exchange = aws-web-identty\n zz = 1\n",
	    "[credential \"x\"] in /home/x/config line 2: `exchange`: there is "
	    "no exchange `aws-web-identty`; did you mean "
	    "`aws-web-identity`?");
	mistaken("[credential \"x\"]\n exchange = aws-web-identity\n",
	    "[credential \"x\"] in /home/x/config line 2: needs `role`");
	mistaken("[credential \"x\"]\n role = y\n",
	    "[credential \"x\"] in /home/x/config line 2: needs `exchange`");
	mistaken("[identity]\n source = oma\n",
	    "[identity] in /home/x/config line 2: `source`: there is no "
	    "source `oma`; did you mean `ona`?");
	mistaken("[identity]\n source = ona\n file = /x\n",
	    "[identity] in /home/x/config line 3: unknown key `file`");
	mistaken("[gcloud]\n audience = x\n",
	    "[gcloud] in /home/x/config line 2: needs `credential`");
	mistaken("[exchange \"aws-exr\"]\n endpoint = https://h\n",
	    "[exchange \"aws-exr\"] in /home/x/config line 2: there is no "
	    "exchange `aws-exr`; did you mean `aws-ecr`?");
	mistaken("[git \"github.com\"]\n credential = id-token\n",
	    "[git \"github.com\"] in /home/x/config line 2: the URL has no "
	    "scheme; did you mean `https://github.com`?");
	mistaken("[rule \"a\"]\n verdict = allow\n target = a\n target = b\n",
	    "[rule \"a\"] in /home/x/config line 4: `target` may stand here "
	    "once only");
	mistaken("[rule \"a\"]\n verdict = alow\n",
	    "[rule \"a\"] in /home/x/config line 2: `verdict`: `alow` is none "
	    "of allow, approve, deny; did you mean `allow`?");
}

static void
bad_value(const char *section, const char *value)
{
	char text[256];
	scoped(config) struct config *config = NULL;

	snprintf(text, sizeof(text), "%s%s\n", section, value);
	config = rows_config(NULL, text);
	tap_ok(config != NULL && config_mistake(config, 0) != NULL &&
		   strstr(config_mistake(config, 0), "line 2: `") != NULL,
	    "refused: %s", value);
}

static void
good_value(const char *section, const char *value)
{
	char text[256];
	scoped(config) struct config *config = NULL;

	snprintf(text, sizeof(text), "%s%s\n", section, value);
	config = rows_config(NULL, text);
	tap_is(config_mistake(config, 0), NULL, "taken: %s", value);
}

#define RULE "[rule \"x\"] verdict = deny\n"

static void
checks_values(void)
{
	bad_value("[http]\n", "timeout = 0");
	bad_value("[http]\n", "timeout = 101s");
	bad_value("[http]\n", "timeout = soon");
	bad_value("[http]\n", "timeout =");
	good_value("[http]\n", "timeout = 100s");
	bad_value("[http]\n", "ca-file = ca.pem");
	bad_value("[http]\n", "ca-file = \"/a\\nb\"");
	good_value("[http]\n", "ca-file = /etc/ca.pem");
	bad_value("[session]\n", "leader = me");
	bad_value("[session]\n", "leader = 0");
	good_value("[session]\n", "leader = 4711");
	good_value("[session]\n", "leader = none");
	bad_value("[session]\n", "log = stderr");
	good_value("[session]\n", "log = journal");
	bad_value("[session]\n", "idle = 0");
	bad_value("[exchange \"aws-ecr\"]\n", "endpoint = http://h");
	bad_value("[exchange \"aws-ecr\"]\n", "endpoint = https://u:p@h");
	good_value("[exchange \"aws-ecr\"]\n", "endpoint = http://[::1]:80");
	bad_value("[audit]\n", "sink = /var/log/x");
	bad_value("[audit]\n", "sink = file:x");
	bad_value("[audit]\n", "sink = http://h");
	bad_value("[audit]\n", "required = perhaps");
	good_value("[audit]\n", "sink = file:/var/log/x");
	good_value("[audit]\n", "sink = syslog:");
	good_value("[audit]\n", "required");
	bad_value("[docker]\n", "fallback = ../x");
	bad_value("[docker]\n", "fallback = daypass");
	good_value("[docker]\n", "fallback = osxkeychain");
	bad_value(RULE, "hours = 8-18");
	bad_value(RULE, "hours = 25:00-26:00");
	good_value(RULE, "hours = 08:00-24:00");
	bad_value(RULE, "claim = =x");
	good_value(RULE, "claim = sub=x");
	bad_value(RULE, "tool = gti");
	bad_value("[policy \"x\"]\n", "rule = nowhere");
	bad_value("[git \"https://h\"]\n", "credential = nowhere");
	good_value("[git \"https://h\"]\n", "credential = id-token");
	good_value("[gcloud]\n", "output-file = yes");
}

static void
keeps_mistakes_apart(void)
{
	scoped(config) struct config *config = rows_config(NULL,
	    DEV "[credential \"bad\"]\n exchange = octo-sts\n x = y\n"
		"[git \"https://h\"]\n credential = bad\n"
		"[frob]\n x = y\n");
	struct target target;
	struct binding binding;

	setting(config, "credential", "dev", "exchange", "aws-web-identity");
	setting(config, "credential", "bad", "exchange",
	    "[credential \"bad\"] in /home/x/config line 6: "
	    "unknown key `x`");
	target_url("https://h/x", &target, NULL);
	tap_number(config_binding(config, "git", &target, &binding, NULL), 1,
	    "a binding of an unusable credential is found");
	tap_is(binding.credential, "bad", "and names it");
	tap_ok(config_mistake(config, 1) != NULL, "the next mistake");
}

/* Whoever made that many mistakes mends the first ones first. */
static void
counts_mistakes(void)
{
	char text[8192] = DEV;
	size_t length = strlen(text);
	scoped(config) struct config *config = NULL;
	size_t told = 0, suggested = 0;
	const char *mistake;

	for (int i = 0; i < 100; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
		    "[git \"https://h%d\"]\n credential = deb\n", i);
	config = rows_config(NULL, text);
	for (; (mistake = config_mistake(config, told)) != NULL; told++)
		suggested += strstr(mistake, "did you mean `dev`?") != NULL;
	tap_number((int64_t)told, 100, "every mistake is told");
	tap_number((int64_t)suggested, 20, "the first ones with a suggestion");
}

static void
many_sections(void)
{
	static char text[512 * 1024];
	size_t length = 0;
	scoped(config) struct config *config = NULL;
	char name[16];

	for (int i = 0; i < 3000; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
		    "[credential \"c%d\"]\n exchange = octo-sts\n"
		    " identity-name = i%d\n",
		    i, i);
	config = rows_config(text, NULL);
	tap_is(config_mistake(config, 0), NULL, "many sections");
	for (int i = 0; i < 3000; i += 777) {
		snprintf(name, sizeof(name), "c%d", i);
		snprintf(text, sizeof(text), "i%d", i);
		setting(config, "credential", name, "identity-name", text);
	}
	setting(config, "credential", "c3000", "identity-name", NULL);
}

static void
redefinition(void)
{
	scoped(config) struct config *config = rows_config(DEV
	    "[session]\n idle = 1h\n log = syslog\n"
	    "[git \"https://h/a\"]\n credential = dev\n"
	    "[policy \"*\"]\n rule = r\n[rule \"r\"]\n verdict = deny\n",
	    "[credential \"dev\"]\n exchange = octo-sts\n"
	    "[session]\n idle = 2h\n"
	    "[git \"https://H:443/a/\"]\n credential = id-token\n"
	    "[rule \"r\"]\n verdict = allow\n"
	    "[rule \"s\"]\n verdict = allow\n");
	struct target target;
	struct binding binding;

	tap_is(config_mistake(config, 0),
	    "[credential \"dev\"] in /home/x/config line 2: defined by the "
	    "system's file /etc/daypass/config: cannot be redefined",
	    "the user cannot redefine a credential");
	setting(config, "credential", "dev", "exchange", "aws-web-identity");
	setting(config, "session", NULL, "idle", "2h");
	setting(config, "session", NULL, "log", "syslog");
	setting(config, "rule", "r", "verdict", "deny");
	setting(config, "rule", "s", "verdict", "allow");
	target_url("https://h/a/x", &target, NULL);
	config_binding(config, "git", &target, &binding, NULL);
	tap_is(binding.credential, "dev", "nor a binding, however spelt");
}

static void
bound(const struct config *config, const char *tool, const char *text,
    const char *expected)
{
	struct target target;
	struct binding binding = {.credential = NULL};
	struct error err = {.text = ""};
	int found;

	if (strcmp(tool, "docker") == 0)
		target_docker(text, &target, NULL);
	else if (strstr(text, "://") != NULL)
		target_url(text, &target, NULL);
	else
		target_word(text, &target, NULL);
	found = config_binding(config, tool, &target, &binding, &err);
	tap_is(found == -1 ? err.text : binding.credential, expected, "%s %s",
	    tool, text);
	tap_ok(found == (expected == NULL	 ? 0
			    : expected[0] == '[' ? -1
						 : 1),
	    "and the result says so");
}

static const char system_bindings[] =
    "[git \"https://sys.io\"]\n credential = id-token\n";

static const char user_bindings[] =
    "[credential \"one\"]\n exchange = octo-sts\n identity-name = x\n"
    "[credential \"two\"]\n exchange = octo-sts\n identity-name = x\n"
    "[git \"https://h\"]\n credential = one\n"
    "[git \"https://h/acme\"]\n credential = two\n"
    " audience = a\n username = u\n"
    "[git \"https://*.h\"]\n credential = one\n"
    "[git \"https://a.*\"]\n credential = two\n"
    "[git \"https://sys.io/sub\"]\n credential = two\n"
    "[git \"bad.io\"]\n credential = one\n"
    "[docker \"docker.io\"]\n credential = one\n"
    "[docker \"ghcr.io/acme\"]\n credential = one\n"
    "[docker \"*.pkg.dev\"]\n credential = two\n"
    "[docker \"r:5000\"]\n credential = two\n"
    "[docker \"e.io\"]\n credential = nowhere\n"
    "[docker]\n fallback = pass\n"
    "[aws \"default\"]\n credential = one\n"
    "[aws \"prod-*\"]\n credential = two\n"
    "[gcloud \"//a/*\"]\n credential = one\n"
    "[gcloud]\n credential = two\n output-file = yes\n";

static void
git_bindings(const struct config *config)
{
	bound(config, "git", "https://h/x", "one");
	bound(config, "git", "https://h/acme/x", "two");
	bound(config, "git", "https://x.h", "one");
	bound(config, "git", "https://elsewhere", NULL);
	bound(config, "git", "https://sys.io/x", "id-token");
	bound(config, "git", "https://sys.io/sub/x", "two");
	bound(config, "git", "https://a.h",
	    "[git \"https://*.h\"] in /home/x/config line 14 and "
	    "[git \"https://a.*\"] in /home/x/config line 16 match "
	    "https://a.h equally well");
	bound(config, "git", "https://bad.io/x",
	    "[git \"bad.io\"] in /home/x/config line 20: the URL has no "
	    "scheme; did you mean `https://bad.io`?");
}

static void
other_bindings(const struct config *config)
{
	bound(config, "nats", "nats://h", NULL);
	bound(config, "token", "https://h", NULL);
	bound(config, "docker", "https://index.docker.io/v1/", "one");
	bound(config, "docker", "europe-docker.pkg.dev", "two");
	bound(config, "docker", "ghcr.io", NULL);
	bound(config, "docker", "ghcr.io/acme/x", "one");
	bound(config, "aws", "default", "one");
	bound(config, "aws", "prod-eu", "two");
	bound(config, "aws", "dev", NULL);
	bound(config, "gcloud", "//a/b", "one");
	bound(config, "gcloud", "//b/b", "two");
	setting(config, "docker", NULL, "fallback", "pass");
	setting(config, "gcloud", NULL, "output-file", "yes");
}

static void
wants_path(const struct config *config, const char *url, const char *expected)
{
	struct target target;

	target_url(url, &target, NULL);
	tap_is(config_wants_path(config, &target), expected,
	    "the path that %s lacks", url);
}

static void
bindings(void)
{
	scoped(config) struct config *config =
	    rows_config(system_bindings, user_bindings);
	const char *const *hosts = config_docker_hosts(config);
	struct target target;
	struct binding binding;

	git_bindings(config);
	other_bindings(config);
	tap_is(hosts[0], "docker.io", "hosts that are bound exactly");
	tap_is(hosts[1], "r:5000", "with their ports");
	tap_is(hosts[2], NULL, "and none that is globbed or mistaken");
	target_url("https://h/acme/x", &target, NULL);
	config_binding(config, "git", &target, &binding, NULL);
	tap_is(binding.audience, "a", "a binding's audience");
	tap_is(binding.username, "u", "its user name");
	tap_is(binding.pattern, "https://h/acme", "its pattern");
	tap_ok(binding.has_path, "which has a path");
	wants_path(config, "https://h/acme/x", NULL);
	wants_path(config, "https://h", "https://h/acme");
	wants_path(config, "https://x.h", NULL);
}

static void
gcloud_without_binding(void)
{
	scoped(config) struct config *config =
	    rows_config(NULL, "[gcloud]\n output-file = yes\n");
	scoped(config) struct config *mistaken_one =
	    rows_config(NULL, "[gcloud]\n credental = x\n");

	bound(config, "gcloud", "//a", NULL);
	bound(mistaken_one, "gcloud", "//a",
	    "[gcloud] in /home/x/config line 2: unknown key `credental`; did "
	    "you mean `credential`?");
}

static void
expands_home(void)
{
	scoped(config) struct config *config = NULL;

	setenv("HOME", "/home/y", 1);
	config = rows_config(NULL, "[http]\n ca-file = ~/ca.pem\n");
	setting(config, "http", NULL, "ca-file", "/home/y/ca.pem");
}

int
main(void)
{
	reads_sections();
	names_mistakes();
	checks_values();
	keeps_mistakes_apart();
	counts_mistakes();
	many_sections();
	redefinition();
	bindings();
	gcloud_without_binding();
	expands_home();
	return tap_done();
}
