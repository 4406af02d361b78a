/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/policy.h"
#include "base/scoped.h"
#include "rows.h"
#include "tap.h"

#define POLICY(actor, rules) "[policy \"" actor "\"]\n" rules
#define USE(name) "rule = " name "\n"
#define RULE(name, more) "[rule \"" name "\"]\n" more
#define ALLOW "verdict = allow\n"
#define APPROVE "verdict = approve\n"
#define DENY "verdict = deny\n"

/* One rule for everybody. */
#define ONE(more) POLICY("**", USE("r")) RULE("r", more)
#define GIT "git https://github.com/acme/web github"

/* A row: the system's file and the user's (NULL: none), who asks for what, and
 * the verdict. A request: ACTOR TOOL TARGET CREDENTIAL,... [HH:MM] [NAME=VALUE
 * ...]; a target of "id-token:..." is the identity's own token; `?` for
 * claims that are not known. */
struct row {
	const char *system;
	const char *user;
	const char *request;
	const char *expected;
};

#define SCOPED_TO(name, scopes) RULE(name, ALLOW scopes)

static const struct row table[] = {
    /* whom a policy is for */
    {NULL, NULL, "self " GIT, "allow"},
    {NULL, POLICY("agent:*", USE("r")) RULE("r", DENY), "self " GIT, "allow"},
    {NULL, POLICY("agent:*", USE("r")) RULE("r", DENY), "agent:x " GIT,
	"deny agent:*/r: denied"},
    {NULL, POLICY("*", USE("r")) RULE("r", DENY), "agent:x>self " GIT,
	"deny */r: denied"},
    {NULL, POLICY("*", USE("r")) RULE("r", DENY), "agent:x " GIT, "allow"},
    {NULL, POLICY("agent:x", USE("r")) RULE("r", ALLOW), "agent:y " GIT,
	"allow"},
    /* the first rule that matches, and none */
    {NULL, POLICY("**", USE("a") USE("b")) RULE("a", ALLOW) RULE("b", DENY),
	"self " GIT, "allow **/a"},
    {NULL, POLICY("**", USE("b") USE("a")) RULE("a", ALLOW) RULE("b", DENY),
	"self " GIT, "deny **/b: denied"},
    {NULL, ONE(ALLOW "tool = aws\n"), "self " GIT,
	"deny **/: no rule of it matches"},
    {NULL, ONE(DENY "text = ask ops\n"), "self " GIT, "deny **/r: ask ops"},
    /* keys of a rule */
    {NULL, ONE(ALLOW "tool = git\n"), "self " GIT, "allow **/r"},
    {NULL, ONE(ALLOW "target = https://github.com/acme/**\n"), "self " GIT,
	"allow **/r"},
    {NULL, ONE(ALLOW "target = https://github.com/*\n"), "self " GIT,
	"deny **/: no rule of it matches"},
    {NULL, ONE(APPROVE "credential = git*\n"), "self " GIT, "approve **/r"},
    {NULL, ONE(ALLOW "credential = dev\n"), "self aws default prod,dev",
	"deny **/: no rule of it matches"},
    {NULL,
	POLICY("**", USE("d") USE("a"))
	    RULE("d", DENY "credential = dev\n") RULE("a", ALLOW),
	"self aws default prod,dev", "deny **/d: denied"},
    {NULL, ONE(ALLOW "hours = 08:00-18:00\n"), "self " GIT " 12:00",
	"allow **/r"},
    {NULL, ONE(ALLOW "hours = 08:00-18:00\n"), "self " GIT " 18:00",
	"deny **/: no rule of it matches"},
    {NULL, ONE(ALLOW "hours = 22:00-06:00\n"), "self " GIT " 01:00",
	"allow **/r"},
    {NULL, ONE(ALLOW "hours = 22:00-06:00\n"), "self " GIT " 12:00",
	"deny **/: no rule of it matches"},
    {NULL, ONE(ALLOW "hours = 01:00-02:00\nhours = 11:00-13:00\n"),
	"self " GIT " 12:00", "allow **/r"},
    /* claims */
    {NULL, ONE(ALLOW "claim = sub=org:acme/**\n"), "self " GIT " ?", "unsure"},
    {NULL, ONE(ALLOW "claim = sub=org:acme/**\n"),
	"self " GIT " sub=org:acme/x", "allow **/r"},
    {NULL, ONE(ALLOW "claim = sub=org:acme/**\n"),
	"self " GIT " sub=org:evil/x", "deny **/: no rule of it matches"},
    {NULL, ONE(ALLOW "claim = groups=ops\n"),
	"self " GIT " groups=dev groups=ops", "allow **/r"},
    {NULL, ONE(ALLOW "claim = a=1\nclaim = b=2\n"), "self " GIT " a=1",
	"deny **/: no rule of it matches"},
    {NULL,
	POLICY("**", USE("t") USE("c")) RULE("t", DENY "tool = git\n")
	    RULE("c", ALLOW "claim = a=1\n"),
	"self " GIT " ?", "deny **/t: denied"},
    /* the identity's own token */
    {NULL, ONE(ALLOW), "self gcloud id-token:sts", "deny **/: no rule of it "
						  "matches"},
    {NULL, ONE(ALLOW "target = **\n"), "self gcloud id-token:sts",
	"deny **/: no rule of it matches"},
    {NULL, ONE(ALLOW "target = id-token:sts\n"), "self gcloud id-token:sts",
	"allow **/r"},
    {NULL, ONE(ALLOW "target = id-token:**\n"), "self gcloud id-token:a.b/c",
	"allow **/r"},
    {NULL, ONE(DENY), "self gcloud id-token:sts", "deny **/r: denied"},
    /* several: the strictest, the least */
    {ONE(ALLOW), POLICY("self", USE("u")) RULE("u", DENY), "self " GIT,
	"deny self/u: denied"},
    {ONE(DENY), POLICY("self", USE("u")) RULE("u", ALLOW), "self " GIT,
	"deny **/r: denied"},
    {ONE(APPROVE), POLICY("**", USE("u")) RULE("u", ALLOW), "self " GIT,
	"approve **/r"},
    {ONE(ALLOW "max-ttl = 1h\n"),
	POLICY("**", USE("u")) RULE("u", ALLOW "max-ttl = 15m\n"),
	"self " GIT, "allow **/r ttl=900"},
    {ONE(ALLOW "scope = acme\nscope = other\n"),
	POLICY("**", USE("u")) RULE("u", ALLOW "scope = acme/web\n"),
	"self " GIT, "allow **/r scope=acme/web"},
    {ONE(ALLOW "scope = acme\n"),
	POLICY("**", USE("u")) RULE("u", ALLOW "scope = evil\n"), "self " GIT,
	"deny **/u: another rule leaves no scope that this one leaves"},
    {ONE(ALLOW "session-policy = {}\n"),
	POLICY("**", USE("u")) RULE("u", ALLOW "session-policy = {1}\n"),
	"self " GIT,
	"deny **/u: another rule has a different `session-policy`, and the "
	"two cannot be joined"},
    {ONE(ALLOW "identity-name = read\n"), NULL, "self " GIT,
	"allow **/r identity-name=read"},
    /* each file alone */
    {POLICY("self", USE("r")) RULE("r", DENY),
	POLICY("self", USE("u")) RULE("u", ALLOW), "self " GIT,
	"deny self/r: denied"},
    {POLICY("self", USE("r")) RULE("r", DENY),
	POLICY("self", USE("r")) RULE("r", ALLOW), "self " GIT,
	"deny self/r: denied"},
    {POLICY("self", USE("u")), RULE("u", ALLOW), "self " GIT,
	"deny self/u: it holds a mistake"},
    /* mistakes deny */
    {NULL, POLICY("self", USE("nowhere")), "self " GIT,
	"deny self/: it holds a mistake"},
    {NULL, ONE(ALLOW "tol = git\n"), "self " GIT,
	"deny **/r: it holds a mistake"},
    {NULL, ONE("verdict = maybe\n"), "self " GIT,
	"deny **/r: it holds a mistake"},
    {NULL, ONE(ALLOW "hours = 8-18\n"), "self " GIT,
	"deny **/r: it holds a mistake"},
    {NULL, "[policy]\nrule = r\n" RULE("r", ALLOW), "self " GIT,
	"deny /: it holds a mistake"},
};

/* The request of a row, taken apart. */
struct request {
	char text[512];
	const char *actors[8];
	const char *credentials[8];
	struct asking asking;
	struct settings *claims;
};

static void
split(char *text, const char *between, const char **parts)
{
	char *part;

	while ((part = strsep(&text, between)) != NULL)
		*parts++ = part;
	*parts = NULL;
}

static void
read_claim(struct request *request, char *word)
{
	char *equals = strchr(word, '=');

	*equals = '\0';
	settings_add(request->claims, word, equals + 1);
}

static void
read_request(struct request *request, const char *text)
{
	const char *words[16] = {NULL};

	snprintf(request->text, sizeof(request->text), "%s", text);
	request->claims = settings_new();
	split(request->text, " ", words);
	request->asking = (struct asking){.tool = words[1],
	    .target = words[2],
	    .credentials = request->credentials,
	    .claims = request->claims};
	if (strncmp(words[2], "id-token:", 9) == 0)
		request->asking.id_token = words[2];
	for (size_t i = words[3] == NULL ? 3 : 4; words[i] != NULL; i++)
		if (strcmp(words[i], "?") == 0)
			request->asking.claims = NULL;
		else if (strchr(words[i], '=') != NULL)
			read_claim(request, (char *)words[i]);
		else
			request->asking.minute = rule_minute(words[i]);
	split((char *)words[0], ">", request->actors);
	if (words[3] != NULL)
		split((char *)words[3], ",", request->credentials);
}

static void
describe(const struct verdict *verdict, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "%s",
	    verdict->wants_claims ? "unsure"
				  : decision_name(verdict->decision));

	if (verdict->policy != NULL || verdict->why != NULL)
		used += (size_t)snprintf(text + used, size - used, " %s/%s",
		    verdict->policy == NULL ? "" : verdict->policy,
		    verdict->rule == NULL ? "" : verdict->rule);
	if (verdict->why != NULL)
		used += (size_t)snprintf(
		    text + used, size - used, ": %s", verdict->why);
	if (verdict->decision == DECISION_DENY)
		return;
	if (verdict->max_ttl > 0)
		used += (size_t)snprintf(text + used, size - used, " ttl=%ld",
		    (long)verdict->max_ttl);
	for (size_t i = 0; i < settings_count(verdict->limits); i++)
		used += (size_t)snprintf(text + used, size - used, " %s=%s",
		    settings_at(verdict->limits, i)->key,
		    settings_at(verdict->limits, i)->value);
}

static void
judge(const struct row *row)
{
	scoped(config) struct config *config =
	    rows_config(row->system, row->user);
	struct verdict verdict = {.decision = DECISION_ALLOW};
	struct request request = {.claims = NULL};
	char text[2048];
	const char *mistake = strstr(row->expected, "holds a mistake");

	read_request(&request, row->request);
	policy_judge(
	    config, request.actors, &request.asking, &verdict, NULL);
	describe(&verdict, text, sizeof(text));
	/* what the mistake is, is the configuration's to say */
	if (mistake != NULL && strstr(text, "holds a mistake") != NULL)
		strstr(text, "holds a mistake")[15] = '\0';
	tap_is(text, row->expected, "%s", row->request);
	verdict_clear(&verdict);
	settings_free(request.claims);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		judge(&table[i]);
	return tap_done();
}
