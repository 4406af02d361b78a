/* SPDX-License-Identifier: Apache-2.0 */
#include "tap.h"
#include "verdicts.h"

#define HOURS(from_to) ONE(ALLOW "hours = " from_to "\n")
#define TARGET(glob) ONE(ALLOW "target = " glob "\n")
#define CLAIM(claim) ONE(ALLOW "claim = " claim "\n")
#define RAW "self gcloud id-token:"

/* What makes a rule match. */
static const struct row table[] = {
    /* hours: the end is not within; over midnight at both ends */
    {NULL, HOURS("08:00-18:00"), "self " GIT " 07:59", NO_RULE},
    {NULL, HOURS("08:00-18:00"), "self " GIT " 08:00", "allow **/r"},
    {NULL, HOURS("08:00-18:00"), "self " GIT " 17:59", "allow **/r"},
    {NULL, HOURS("22:00-06:00"), "self " GIT " 21:59", NO_RULE},
    {NULL, HOURS("22:00-06:00"), "self " GIT " 22:00", "allow **/r"},
    {NULL, HOURS("22:00-06:00"), "self " GIT " 23:59", "allow **/r"},
    {NULL, HOURS("22:00-06:00"), "self " GIT " 00:00", "allow **/r"},
    {NULL, HOURS("22:00-06:00"), "self " GIT " 05:59", "allow **/r"},
    {NULL, HOURS("22:00-06:00"), "self " GIT " 06:00", NO_RULE},
    {NULL, HOURS("00:00-00:01"), "self " GIT " 00:00", "allow **/r"},
    {NULL, HOURS("00:00-00:01"), "self " GIT " 00:01", NO_RULE},
    {NULL, HOURS("23:59-00:00"), "self " GIT " 23:59", "allow **/r"},
    {NULL, HOURS("23:59-00:00"), "self " GIT " 00:00", NO_RULE},
    {NULL, ONE(DENY "hours = 22:00-06:00\n"), "self " GIT " 12:00", NO_RULE},
    {NULL, ONE(ALLOW "hours = 01:00-02:00\nhours = 03:00-04:00\n"),
	"self " GIT " 02:30", NO_RULE},
    /* targets: `*` crosses none of / . : and `**` all */
    {NULL, TARGET("https://github.com/acme/*"), "self " GIT, "allow **/r"},
    {NULL, TARGET("https://github.com/acme/*"),
	"self git https://github.com/acme/web/sub github", NO_RULE},
    {NULL, TARGET("https://github.com/acme/*"),
	"self git https://github.com/acme github", NO_RULE},
    {NULL, TARGET("https://github.com/acme/**"),
	"self git https://github.com/acme/a/b github", "allow **/r"},
    {NULL, TARGET("https://github.com/acme**"),
	"self git https://github.com/acme-evil/x github", "allow **/r"},
    {NULL, TARGET("https://*.acme.io/**"),
	"self git https://git.acme.io/x any", "allow **/r"},
    {NULL, TARGET("https://*.acme.io/**"),
	"self git https://a.b.acme.io/x any", NO_RULE},
    {NULL, TARGET("https://*.acme.io/**"),
	"self git https://acme.io/x any", NO_RULE},
    {NULL, TARGET("https://git.acme.io/**"),
	"self git https://git.acme.io:8443/x any", NO_RULE},
    {NULL, TARGET("https://git.acme.io*/**"),
	"self git https://git.acme.io:8443/x any", NO_RULE},
    {NULL, TARGET("**"), "self " GIT, "allow **/r"},
    {NULL, TARGET("*"), "self aws default dev", "allow **/r"},
    {NULL, TARGET("prod-*"), "self aws prod-eu dev", "allow **/r"},
    {NULL, TARGET("prod-*"), "self aws prod-eu:x dev", NO_RULE},
    {NULL, TARGET("arn:aws:iam::123456789012:role/*"),
	"self aws arn:aws:iam::123456789012:role/dev role", "allow **/r"},
    {NULL, TARGET("arn:aws:iam::*:role/dev"),
	"self aws arn:aws:iam::999999999999:role/dev role", "allow **/r"},
    {NULL, TARGET("HTTPS://github.com/**"), "self " GIT, NO_RULE},
    /* the tool's name is the asker's word: it can only narrow */
    {NULL, ONE(ALLOW "tool = docker\n"), "self " GIT, NO_RULE},
    {NULL, POLICY("**", USE("d") USE("a")) RULE("d", DENY "tool = git\n")
	       RULE("a", ALLOW),
	"self token https://github.com/acme/web github", "allow **/a"},
    /* the identity's own token wants to be named */
    {NULL, TARGET("id-token:sts.amazonaws.com"), RAW "sts.amazonaws.com",
	"allow **/r"},
    {NULL, TARGET("id-token:sts.amazonaws.com"), RAW "sts.amazonaws.evil",
	NO_RULE},
    {NULL, TARGET("id-token:*"), RAW "sts.amazonaws.com", NO_RULE},
    {NULL, TARGET("id-token:*"), RAW "nats", "allow **/r"},
    {NULL, TARGET("id-token:**"), RAW "https://a.io:1/x", "allow **/r"},
    {NULL, TARGET("id-token:"), RAW "nats", NO_RULE},
    {NULL, TARGET("**"), RAW "nats", NO_RULE},
    {NULL, TARGET("id-**"), RAW "nats", NO_RULE},
    {NULL, ONE(ALLOW "credential = id-token\n"), RAW "nats", NO_RULE},
    {NULL, ONE(ALLOW "target = id-token:nats\ntool = gcloud\n"),
	"self token id-token:nats", NO_RULE},
    {NULL, ONE(APPROVE), RAW "nats", "approve **/r"},
    {NULL, ONE(APPROVE "target = id-token:**\n"), RAW "nats", "approve **/r"},
    {NULL, ONE(DENY "target = id-token:evil\n"), RAW "nats", NO_RULE},
    {NULL, ONE(DENY "target = **\n"), RAW "nats", "deny **/r: denied"},
    {NULL, TARGET("id-token:https://github.com/acme/web"), "self " GIT,
	NO_RULE},
    {NULL, ONE(DENY "target = id-token:**\n"), "self " GIT, NO_RULE},
    /* a chain: what is made of a guarded credential is guarded */
    {NULL, ONE(ALLOW "credential = dev\n"), "self aws x dev", "allow **/r"},
    {NULL, ONE(ALLOW "credential = prod\n"), "self aws x prod,dev",
	"allow **/r"},
    {NULL, ONE(APPROVE "credential = dev\n"), "self aws x prod,dev",
	"approve **/r"},
    {NULL, ONE(DENY "credential = dev\n"), "self aws x prod,mid,dev",
	"deny **/r: denied"},
    {NULL, ONE(DENY "credential = de\n"), "self aws x prod,dev", NO_RULE},
    {NULL, ONE(ALLOW "credential = **\n"), "self aws x a.b/c", "allow **/r"},
    {NULL, ONE(ALLOW "credential = *\n"), "self aws x a.b", NO_RULE},
    /* claims */
    {NULL, CLAIM("sub=org:acme/**"), "self " GIT, NO_RULE},
    {NULL, CLAIM("sub=**"), "self " GIT " sub=", "allow **/r"},
    {NULL, CLAIM("sub=x"), "self " GIT " sub=X", NO_RULE},
    {NULL, CLAIM("sub=*"), "self " GIT " sub=a:b", NO_RULE},
    {NULL, CLAIM("a.b=c"), "self " GIT " a.b=c", "allow **/r"},
    {NULL, CLAIM("a=b=c"), "self " GIT " a=b=c", "allow **/r"},
    {NULL, CLAIM("admin=true"), "self " GIT " admin=true admin=false",
	"allow **/r"},
    {NULL, ONE(ALLOW "claim = a=1\nclaim = a=2\n"), "self " GIT " a=1",
	NO_RULE},
    {NULL, ONE(ALLOW "claim = a=1\nclaim = a=2\n"), "self " GIT " a=1 a=2",
	"allow **/r"},
    {NULL, ONE(DENY "claim = env=prod\n"), "self " GIT " env=dev", NO_RULE},
    {NULL, ONE(DENY "claim = env=prod\n"), "self " GIT " ?", "unsure"},
    {NULL, ONE(ALLOW "tool = aws\nclaim = a=1\n"), "self " GIT " ?", NO_RULE},
    {NULL,
	POLICY("**", USE("c") USE("a")) RULE("c", DENY "claim = a=1\n")
	    RULE("a", ALLOW),
	"self " GIT " ?", "unsure"},
    {NULL,
	POLICY("**", USE("a") USE("c")) RULE("c", DENY "claim = a=1\n")
	    RULE("a", ALLOW),
	"self " GIT " ?", "allow **/a"},
    {NULL, ONE(ALLOW "claim = a=1\nhours = 01:00-02:00\n"),
	"self " GIT " 03:00 ?", NO_RULE},
};

int
main(void)
{
	verdicts_check(table, sizeof(table) / sizeof(table[0]));
	return tap_done();
}
