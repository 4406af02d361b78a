/* SPDX-License-Identifier: Apache-2.0 */
#include "tap.h"
#include "verdicts.h"

#define TWO(one, other) ONE(one), POLICY("**", USE("u")) RULE("u", other)
#define SLIP "deny /: a policy may be lost by a mistake"
#define WRONG "deny **/r: it holds a mistake"
#define CANNOT_JOIN(key) \
	"deny **/u: another rule has a different `" key \
	"`, and the two cannot be joined"
#define NO_SCOPE \
	"deny **/u: another rule leaves no scope that this one leaves"

/* Whom policies are for, how several are laid over one another, and what
 * mistakes do. */
static const struct row table[] = {
    /* sessions within sessions: what is around counts as well */
    {NULL, POLICY("agent:outer", USE("r")) RULE("r", DENY),
	"agent:inner>agent:outer>self " GIT, "deny agent:outer/r: denied"},
    {NULL, POLICY("agent:inner", USE("r")) RULE("r", DENY),
	"agent:outer>self " GIT, "allow"},
    {NULL,
	POLICY("agent:inner", USE("a")) POLICY("agent:outer", USE("s"))
	    RULE("a", ALLOW) RULE("s", ALLOW "max-ttl = 5m\n"),
	"agent:inner>agent:outer>self " GIT, "allow agent:inner/a ttl=300"},
    {NULL,
	POLICY("agent:inner", USE("a")) POLICY("self", USE("s"))
	    RULE("a", ALLOW) RULE("s", APPROVE),
	"agent:inner>agent:outer>self " GIT, "approve self/s"},
    {NULL, POLICY("self", USE("r")) RULE("r", ALLOW "tool = git\n"),
	"agent:x>self aws default dev", "deny self/: no rule of it matches"},
    /* an actor's name is a glob */
    {NULL, POLICY("agent:**", USE("r")) RULE("r", DENY),
	"agent:a/b>self " GIT, "deny agent:**/r: denied"},
    {NULL, POLICY("agent:*", USE("r")) RULE("r", DENY),
	"agent:a/b>self " GIT, "allow"},
    {NULL, POLICY("*", USE("r")) RULE("r", DENY), "self " GIT,
	"deny */r: denied"},
    {NULL, POLICY("Self", USE("r")) RULE("r", DENY), "self " GIT, "allow"},
    {NULL, POLICY("agent", USE("r")) RULE("r", DENY), "agent:x " GIT,
	"allow"},
    /* a policy without a rule, and one without a key */
    {NULL, "[policy \"self\"]\n", "self " GIT,
	"deny self/: no rule of it matches"},
    {"[policy \"self\"]\n", NULL, "self " GIT,
	"deny self/: no rule of it matches"},
    {NULL, "[policy \"agent:x\"]\n", "self " GIT, "allow"},
    /* each file alone; the system's rules may be used by the user */
    {RULE("s", DENY), POLICY("self", USE("s")), "self " GIT,
	"deny self/s: denied"},
    {RULE("s", DENY), POLICY("self", USE("s")) RULE("s", ALLOW), "self " GIT,
	"deny self/s: denied"},
    {POLICY("**", USE("r")), RULE("r", ALLOW), "self " GIT,
	"deny **/r: it holds a mistake"},
    {ONE(ALLOW "tool = aws\n"), POLICY("**", USE("u")) RULE("u", ALLOW),
	"self " GIT, NO_RULE},
    {ONE(ALLOW), "[policy \"**\"]\n", "self " GIT, NO_RULE},
    {ONE(APPROVE), POLICY("self", USE("u")) RULE("u", DENY), "self " GIT,
	"deny self/u: denied"},
    /* the first of the strictest has the word */
    {TWO(DENY "text = mine\n", DENY "text = yours\n"), "self " GIT,
	"deny **/r: mine"},
    {TWO(APPROVE, APPROVE), "self " GIT, "approve **/r"},
    {TWO(ALLOW, ALLOW), "self " GIT, "allow **/r"},
    {TWO(ALLOW, APPROVE), "self " GIT, "approve **/u"},
    /* unsure is not sure, whoever else allows; a denial is */
    {TWO(ALLOW "claim = a=1\n", ALLOW), "self " GIT " ?", "unsure **/u"},
    {TWO(ALLOW, ALLOW "claim = a=1\n"), "self " GIT " ?", "unsure **/r"},
    /* the shorter life */
    {TWO(ALLOW "max-ttl = 5m\n", ALLOW "max-ttl = 1h\n"), "self " GIT,
	"allow **/r ttl=300"},
    {TWO(ALLOW "max-ttl = 5m\n", ALLOW), "self " GIT, "allow **/r ttl=300"},
    {TWO(ALLOW, APPROVE "max-ttl = 90\n"), "self " GIT,
	"approve **/u ttl=90"},
    {TWO(ALLOW "max-ttl = 5m\n", DENY), "self " GIT, "deny **/u: denied"},
    /* the scopes that both leave */
    {TWO(ALLOW "scope = acme\n", ALLOW), "self " GIT,
	"allow **/r scope=acme"},
    {TWO(ALLOW, ALLOW "scope = acme\n"), "self " GIT,
	"allow **/r scope=acme"},
    {TWO(ALLOW "scope = acme/web\n", ALLOW "scope = acme\n"), "self " GIT,
	"allow **/r scope=acme/web"},
    {TWO(ALLOW "scope = acme\nscope = b\n", ALLOW "scope = b\nscope = c\n"),
	"self " GIT, "allow **/r scope=b"},
    {TWO(ALLOW "scope = a/b\n", ALLOW "scope = a/bc\n"), "self " GIT,
	NO_SCOPE},
    {TWO(ALLOW "scope = a\nscope = b\n", ALLOW "scope = b/1\nscope = a/2\n"),
	"self " GIT, "allow **/r scope=a/2 scope=b/1"},
    {TWO(ALLOW "scope = a\nidentity-name = x\n", ALLOW "scope = a/1\n"),
	"self " GIT, "allow **/r identity-name=x scope=a/1"},
    /* what is one can be joined only if it is the same */
    {TWO(ALLOW "identity-name = x\n", ALLOW "identity-name = x\n"),
	"self " GIT, "allow **/r identity-name=x"},
    {TWO(ALLOW "identity-name = x\n", ALLOW "identity-name = y\n"),
	"self " GIT, CANNOT_JOIN("identity-name")},
    {TWO(ALLOW "boundary = {}\n", ALLOW "boundary = " OTHER "\n"), "self " GIT,
	CANNOT_JOIN("boundary")},
    {TWO(ALLOW "boundary = {}\n", ALLOW "session-policy = {}\n"),
	"self " GIT, "allow **/r boundary={} session-policy={}"},
    /* a mistake in any key of a rule denies */
    {NULL, ONE(""), "self " GIT, "deny **/r: it holds a mistake"},
    {NULL, ONE("verdict = Allow\n"), "self " GIT, WRONG},
    {NULL, ONE("verdict =\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW ALLOW), "self " GIT, WRONG},
    {NULL, ONE(DENY ALLOW), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "tool = svn\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "tool =\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "tool = git\ntool = aws\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "target =\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "target = a\ntarget = **\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "credential =\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "credential = a\ncredential = **\n"), "self " GIT,
	WRONG},
    {NULL, ONE(ALLOW "claim = sub\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "claim = =x\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "hours = 24:00-25:00\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "hours = 08:00-08:00\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "hours = 08:60-09:00\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "hours = 08:00\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "max-ttl = soon\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "max-ttl = 0\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "max-ttl = 1h\nmax-ttl = 12h\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "scope =\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "session-policy =\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "session-policy = {\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "session-policy = []\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "boundary = everything\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "identity-name =\n"), "self " GIT, WRONG},
    {NULL, ONE(ALLOW "max-tll = 5m\n"), "self " GIT, WRONG},
    /* and in a policy */
    {NULL, POLICY("**", USE("r") "rul = s\n") RULE("r", ALLOW), "self " GIT,
	"deny **/: it holds a mistake"},
    {NULL, POLICY("**", "rule\n") RULE("r", ALLOW), "self " GIT,
	"deny **/: it holds a mistake"},
    {NULL, POLICY("self", USE("a") USE("nowhere")) RULE("a", ALLOW),
	"self " GIT, "deny self/: it holds a mistake"},
    {NULL, ONE(ALLOW) "[rle \"x\"]\nverdict = deny\n", "self " GIT,
	"allow **/r"},
    {NULL, POLICY("**", USE("r")) "[rle \"r\"]\nverdict = deny\n",
	"self " GIT, "deny **/: it holds a mistake"},
    {NULL, POLICY("**", USE("r")) "[rule]\nverdict = allow\n", "self " GIT,
	"deny **/: it holds a mistake"},
    /* a section that may have been meant for a policy denies everybody */
    {NULL, "[polcy \"agent:*\"]\nrule = r\n" RULE("r", DENY), "self " GIT,
	SLIP},
    {NULL, "[policies \"self\"]\nrule = r\n" RULE("r", ALLOW), "self " GIT,
	SLIP},
    {NULL, "[Policie \"x\"]\n", "self " GIT, SLIP},
    {"[polisy \"agent:*\"]\nrule = r\n", ONE(ALLOW), "self " GIT, SLIP},
    {NULL, "[policy]\n", "self " GIT, SLIP},
    {NULL, "[adit]\nrequired = yes\n", "self " GIT, SLIP},
    {NULL, "[audit \"x\"]\nrequired = yes\n", "self " GIT, SLIP},
    {NULL, "[credentials \"x\"]\nexchange = y\n", "self " GIT, "allow"},
    {NULL, "[gitt \"https://a.io\"]\ncredential = y\n", "self " GIT, "allow"},
};

int
main(void)
{
	verdicts_check(table, sizeof(table) / sizeof(table[0]));
	return tap_done();
}
