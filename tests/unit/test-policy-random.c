/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/scoped.h"
#include "config/config.h"
#include "rows.h"
#include "tap.h"
#include "verdicts.h"

/*
 * What holds of any policies and any request, tried on many that chance made:
 * no word that is added, no session around, no order makes anything laxer.
 */
#define TRIES 1500
#define POLICIES 4
#define RULES 6
#define FILE_MAX 4096
#define REQUEST_MAX 256

static uint64_t seed, state;

static unsigned
chance(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

static const char *
one_of(const char *const *words)
{
	unsigned count = 0;

	while (words[count] != NULL)
		count++;
	return words[chance(count)];
}

struct text {
	char bytes[FILE_MAX];
	size_t length;
};

static void
add(struct text *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct text *text, const char *fmt, ...)
{
	va_list arguments;

	va_start(arguments, fmt);
	text->length += (size_t)vsnprintf(text->bytes + text->length,
	    sizeof(text->bytes) - text->length, fmt, arguments);
	va_end(arguments);
}

static const char *const verdict_words[] = {
    "allow", "allow", "approve", "deny", NULL};
static const char *const actor_globs[] = {
    "self", "**", "agent:*", "agent:a", "agent:b", "*", NULL};
static const char *const keys[] = {"tool = git", "tool = aws",
    "target = https://github.com/**", "target = https://github.com/acme/*",
    "target = id-token:**", "target = **", "credential = dev",
    "credential = prod", "claim = a=1", "claim = b=*", "hours = 08:00-18:00",
    "hours = 22:00-06:00", "max-ttl = 5m", "max-ttl = 1h", "scope = acme",
    "scope = acme/web", "scope = other", "identity-name = x",
    "identity-name = y", "verdct = deny", NULL};

/* A key that must not repeat is a mistake where it does: that is one more
 * thing that may happen. */
static void
add_rule(struct text *text, const char *name, const char *verdict)
{
	unsigned count = chance(4);

	add(text, "[rule \"%s\"]\nverdict = %s\n", name, verdict);
	while (count-- > 0)
		if (chance(30) != 0)
			add(text, "%s\n", one_of(keys));
}

static void
add_rules(struct text *text, char first)
{
	char name[2] = "";

	for (int i = 0; i < RULES; i++) {
		name[0] = (char)(first + i);
		add_rule(text, name, one_of(verdict_words));
	}
}

/* Policies of different names, so that each is a section of its own. */
struct policies {
	struct text each[POLICIES];
	unsigned count;
};

static void
make_policies(struct policies *policies, char first)
{
	unsigned at = chance(6);

	policies->count = 1 + chance(POLICIES);
	for (unsigned i = 0; i < policies->count; i++) {
		struct text *text = &policies->each[i];

		text->length = 0;
		if (chance(20) == 0) /* a mistake, which denies */
			add(text, "[policy]\n");
		else
			add(text, "[policy \"%s\"]\n",
			    actor_globs[(at + i) % 6]);
		for (unsigned rules = 1 + chance(4); rules > 0; rules--)
			add(text, "rule = %c\n",
			    (char)(first + (int)chance(RULES)));
	}
}

static void
join(struct text *text, const struct policies *policies, unsigned from)
{
	for (unsigned i = 0; i < policies->count; i++)
		add(text, "%s",
		    policies->each[(i + from) % policies->count].bytes);
}

static void
make_file(struct text *text, char first)
{
	struct policies policies;

	text->length = 0;
	make_policies(&policies, first);
	join(text, &policies, 0);
	add_rules(text, first);
}

static const char *const requests[] = {
    "git https://github.com/acme/web github",
    "git https://github.com/evil/web github", "aws default dev",
    "aws prod prod,dev", "docker r.acme.io prod,dev",
    "gcloud id-token:sts", NULL};
static const char *const times[] = {"00:00", "07:59", "12:00", "23:00", NULL};
static const char *const claims[] = {
    "", " a=1", " a=2", " b=x", " a=1 b=x", " a=2 b=y", NULL};

/* From the laxest to the strictest: who is not sure hands nothing out. */
static int
rank(const char *verdict)
{
	static const char *const words[] = {"allow", "approve", "deny"};

	for (int i = 0; i < 3; i++)
		if (strncmp(verdict, words[i], strlen(words[i])) == 0)
			return i;
	return 2;
}

static int
ttl(const char *verdict)
{
	const char *at = strstr(verdict, " ttl=");

	return at == NULL ? 1 << 30 : atoi(at + 5);
}

struct judged {
	int rank;
	int ttl;
	char text[1024];
};

static struct judged
judge(const char *system, const char *user, const char *actors,
    const char *request)
{
	scoped(config) struct config *config = rows_config(system, user);
	char whole[2 * REQUEST_MAX];
	struct judged judged;

	snprintf(whole, sizeof(whole), "%s %s", actors, request);
	snprintf(judged.text, sizeof(judged.text), "%s",
	    verdicts_of(config, whole));
	judged.rank = rank(judged.text);
	judged.ttl = judged.rank == 2 ? 0 : ttl(judged.text);
	return judged;
}

static const char *
make_request(char request[REQUEST_MAX])
{
	snprintf(request, REQUEST_MAX, "%s %s%s", one_of(requests),
	    one_of(times), one_of(claims));
	return request;
}

/* Is `after` at least as strict, in what it decides and leaves? */
static bool
no_laxer(const struct judged *after, const struct judged *before)
{
	return after->rank >= before->rank && after->ttl <= before->ttl;
}

static int
show(const char *system, const char *user, const char *request,
    const struct judged *before, const struct judged *after)
{
	printf("# %s\n# before: %s\n# after: %s\n# system:\n%s\n# user:\n%s\n",
	    request, before->text, after->text, system == NULL ? "" : system,
	    user == NULL ? "" : user);
	return -1;
}

/* A deny that is added anywhere. */
static int
try_deny(void)
{
	static struct text before, after;
	struct policies policies;
	struct judged one, other;
	char request[REQUEST_MAX];
	unsigned at;

	make_policies(&policies, 'a');
	at = chance(policies.count);
	before.length = after.length = 0;
	join(&before, &policies, 0);
	add_rules(&before, 'a');
	if (chance(2) == 0) { /* as the first rule of a policy */
		char *rest = strchr(policies.each[at].bytes, '\n') + 1;
		struct text fresh = {.length = 0};

		add(&fresh, "%.*srule = no\n%s",
		    (int)(rest - policies.each[at].bytes),
		    policies.each[at].bytes, rest);
		policies.each[at] = fresh;
	} else if (chance(2) == 0) { /* as the last */
		add(&policies.each[at], "rule = no\n");
	} else { /* in a policy of its own */
		add(&after, "[policy \"?\"]\nrule = no\n");
		add(&after, "[policy \"agent:**\"]\nrule = no\n");
	}
	join(&after, &policies, 0);
	add(&after, "%s", strstr(before.bytes, "[rule"));
	add_rule(&after, "no", "deny");
	make_request(request);
	one = judge(NULL, before.bytes, "agent:a>self", request);
	other = judge(NULL, after.bytes, "agent:a>self", request);
	return no_laxer(&other, &one)
		   ? 0
		   : show(NULL, after.bytes, request, &one, &other);
}

/* A session within another. */
static int
try_nesting(void)
{
	static struct text file;
	struct judged one, other;
	char request[REQUEST_MAX];

	make_file(&file, 'a');
	make_request(request);
	one = judge(NULL, file.bytes, "agent:a>self", request);
	other = judge(NULL, file.bytes, "agent:b>agent:a>self", request);
	if (no_laxer(&other, &one))
		one = judge(NULL, file.bytes, "self", request);
	return no_laxer(&other, &one)
		   ? 0
		   : show(NULL, file.bytes, request, &one, &other);
}

/* The user's file on top of the system's, also with its names. */
static int
try_user(void)
{
	static struct text system, user;
	struct judged one, other;
	char request[REQUEST_MAX];

	make_file(&system, 'a');
	make_file(&user, chance(2) == 0 ? 'a' : 'd');
	make_request(request);
	one = judge(system.bytes, NULL, "agent:a>self", request);
	other = judge(system.bytes, user.bytes, "agent:a>self", request);
	return no_laxer(&other, &one)
		   ? 0
		   : show(system.bytes, user.bytes, request, &one, &other);
}

/* The same policies in another order. */
static int
try_order(void)
{
	static struct text before, after, rules;
	struct policies policies;
	struct judged one, other;
	char request[REQUEST_MAX];

	make_policies(&policies, 'a');
	before.length = after.length = rules.length = 0;
	add_rules(&rules, 'a');
	join(&before, &policies, 0);
	add(&before, "%s", rules.bytes);
	add(&after, "%s", rules.bytes);
	join(&after, &policies, 1);
	make_request(request);
	one = judge(NULL, before.bytes, "agent:a>self", request);
	other = judge(NULL, after.bytes, "agent:a>self", request);
	return one.rank == other.rank && one.ttl == other.ttl
		   ? 0
		   : show(NULL, after.bytes, request, &one, &other);
}

/* Claims that are not known, beside each that might be. */
static int
try_claims(void)
{
	static struct text file;
	struct judged unknown, known;
	char request[REQUEST_MAX], with[REQUEST_MAX + 16];
	bool denied;

	make_file(&file, 'a');
	snprintf(request, sizeof(request), "%s %s", one_of(requests),
	    one_of(times));
	snprintf(with, sizeof(with), "%s ?", request);
	unknown = judge(NULL, file.bytes, "agent:a>self", with);
	denied = strncmp(unknown.text, "deny", 4) == 0;
	for (size_t i = 0; claims[i] != NULL; i++) {
		snprintf(with, sizeof(with), "%s%s", request, claims[i]);
		known = judge(NULL, file.bytes, "agent:a>self", with);
		if (unknown.rank < known.rank || (denied && known.rank != 2))
			return show(
			    NULL, file.bytes, with, &unknown, &known);
	}
	return 0;
}

static void
many(int (*try)(void), const char *name)
{
	int failed = 0;

	for (int i = 0; i < TRIES && failed < 3; i++)
		failed += try() == -1;
	tap_ok(failed == 0, "%s", name);
}

int
main(void)
{
	const char *said = secure_getenv("DAYPASS_SEED");

	seed = said != NULL ? strtoull(said, NULL, 10)
			    : (uint64_t)time(NULL) * 2654435761u;
	printf("# DAYPASS_SEED=%llu\n", (unsigned long long)seed);
	state = seed | 1;
	many(try_deny, "one deny more never allows more");
	many(try_nesting, "what is within never has more than what is around");
	many(try_user, "the user's file never loosens the system's");
	many(try_order, "the order of policies does not matter");
	many(try_claims, "who does not know the claims hands nothing out");
	return tap_done();
}
