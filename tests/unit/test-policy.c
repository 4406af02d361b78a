/* SPDX-License-Identifier: Apache-2.0 */
#include "tap.h"
#include "verdicts.h"

/* The rules of the game, each with the least that shows it. */
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
	POLICY("**", USE("u")) RULE("u", ALLOW "session-policy = " OTHER "\n"),
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
	"deny /: a policy may be lost by a mistake"},
};

int
main(void)
{
	verdicts_check(table, sizeof(table) / sizeof(table[0]));
	return tap_done();
}
