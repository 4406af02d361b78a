/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "helpers/daypass/checks.h"
#include "helpers/daypass/remedies.h"

#define CLOCK_LIMIT 30 /* seconds that are nothing to speak of */

void
checks_say(struct checks *checks, const char *name, bool ok, const char *cause,
    const char *remedy)
{
	if (checks->count == CHECKS_MAX)
		return;
	checks->check[checks->count++] = (struct check){
	    .name = name, .ok = ok, .cause = cause, .remedy = remedy};
}

void
checks_note(struct checks *checks, const char *name, enum fault fault,
    const char *cause)
{
	const char *remedy =
	    fault == FAULT_NONE ? NULL : remedy_of_cause(cause);

	checks_say(checks, name, fault == FAULT_NONE, cause,
	    remedy == NULL ? remedy_of_fault(fault) : remedy);
}

void
checks_add(struct checks *checks, const char *name, enum fault fault,
    const char *cause)
{
	if (checks->fault == FAULT_NONE)
		checks->fault = fault;
	checks_note(checks, name, fault, cause);
}

void
checks_fail(struct checks *checks, const char *name, enum fault fault,
    const char *cause, const char *remedy)
{
	if (checks->fault == FAULT_NONE)
		checks->fault = fault;
	checks_say(checks, name, fault == FAULT_NONE, cause, remedy);
}

void
checks_bare(struct checks *checks, const char *name, enum fault fault,
    const char *cause)
{
	checks_fail(checks, name, fault, cause, remedy_of_cause(cause));
}

static void
read_config(struct checks *checks, const struct message *road, bool whole)
{
	const char *mistake;
	unsigned at = 0, count = 0;

	while ((mistake = message_next(road, "mistake", &at)) != NULL) {
		(whole ? checks_add : checks_note)(
		    checks, "config", FAULT_CONFIG, mistake);
		count++;
	}
	if (count == 0)
		checks_add(checks, "config", FAULT_NONE, NULL);
}

static void
read_memory(struct checks *checks, const struct message *road)
{
	const char *refused = message_get(road, "arena");

	checks_note(checks, "memory",
	    refused == NULL ? FAULT_NONE : FAULT_SYSTEM, refused);
}

/* What an agent of another version lacks may have no row here. */
static const struct {
	const char *begins;
	const char *remedy; /* NULL: nothing to mend */
} lacking[] = {
    {"an older Landlock", NULL}, /* it keeps from most */
    {"no Landlock", "a kernel of 5.13 or later, with Landlock on"},
    {"no MADV_", "a kernel of 4.14 or later"},
    {"no pidfd_open", "a kernel of 5.3 or later"},
    {"", "let the container's filter of system calls allow it"},
};

static const char *
remedy_of(const char *lack)
{
	size_t i = 0;

	while (!text_starts(lack, lacking[i].begins))
		i++;
	return lacking[i].remedy;
}

static void
add_lack(struct checks *checks, const char *name, const char *lack)
{
	const char *remedy = remedy_of(lack);

	checks_say(checks, name, remedy == NULL, lack, remedy);
}

static void
read_confinement(struct checks *checks, const struct message *road)
{
	const char *lack;
	unsigned at = 0;

	if (message_get(road, "confine") == NULL)
		checks_say(checks, "confinement", true, NULL, NULL);
	while ((lack = message_next(road, "confine", &at)) != NULL)
		add_lack(checks, "confinement", lack);
}

/* A word and a sentence of each. */
static void
read_lacks(struct checks *checks, const struct message *road)
{
	const char *name, *lack;
	unsigned at = 0, text_at = 0;

	while ((name = message_next(road, "lack", &at)) != NULL &&
	       (lack = message_next(road, "lacks", &text_at)) != NULL)
		add_lack(checks, name, lack);
}

/* Each sink; where records are required the one that counts is in the way by
 * itself, for the agent then denies. */
static void
read_audit(struct checks *checks, const struct message *road)
{
	unsigned at = 0, ok_at = 0, why_at = 0;
	const char *sink, *good, *why;

	while ((sink = message_next(road, "sink", &at)) != NULL &&
	       (good = message_next(road, "sink-ok", &ok_at)) != NULL &&
	       (why = message_next(road, "sink-error", &why_at)) != NULL)
		if (strcmp(good, "yes") == 0)
			checks_say(checks, "audit", true, sink, NULL);
		else
			checks_say(checks, "audit", false, why,
			    "mend it; what waits is written then, and what was "
			    "lost is told of (daypass status)");
}

void
checks_clock(struct checks *checks, const struct message *road)
{
	int64_t ahead = message_number(road, "ahead", 0);
	int64_t behind = message_number(road, "behind", 0);

	if (checks->clock[0] != '\0' ||
	    (ahead <= CLOCK_LIMIT && behind <= CLOCK_LIMIT))
		return;
	snprintf(checks->clock, sizeof(checks->clock),
	    "this machine's clock is %lld s %s of those that were asked",
	    (long long)(ahead > 0 ? ahead : behind),
	    ahead > 0 ? "behind" : "ahead");
	checks_say(checks, "clock", false, checks->clock,
	    "set it, with NTP; daypass corrects for it, other tools do not");
}

/* A mint compares; doctor itself asks nobody for the time. */
static void
read_clock(struct checks *checks, const struct message *road, bool whole)
{
	checks_clock(checks, road);
	if (whole && checks->clock[0] == '\0')
		checks_say(checks, "clock", true,
		    message_get(road, "compared") == NULL
			? "nothing has been minted yet that would tell"
			: "no mint has found it off by 30 s",
		    NULL);
}

/* Where a person's login rests. Whether a keyring has it, its own try says. */
static void
read_login(struct checks *checks, const struct message *road)
{
	const char *login = message_get(road, "login");
	const char *lacks = message_get(road, "login-lacks");

	if (login == NULL)
		return;
	if (strcmp(login, "session") == 0)
		checks_say(checks, "login", true,
		    "rests in this session's memory, and is gone when it ends",
		    NULL);
	else if (strcmp(login, "keyring") == 0)
		checks_say(checks, "login", true,
		    "rests in the desktop's keyring, once you are logged in",
		    NULL);
	if (lacks == NULL)
		return;
	snprintf(checks->login, sizeof(checks->login),
	    "nobody has logged in to this session, and no keyring serves: "
	    "%.64s",
	    lacks);
	checks_say(checks, "login", false, checks->login, "daypass login");
}

/* An agent that would lose something stays, and the newer one waits. */
static void
read_version(struct checks *checks, const struct message *road)
{
	static char cause[256];
	const char *version = message_get(road, "version");

	if (version == NULL || strcmp(version, PROGRAM_VERSION) == 0)
		return;
	snprintf(cause, sizeof(cause),
	    "the session's agent is of version %.64s, and this is %s", version,
	    PROGRAM_VERSION);
	checks_say(checks, "version", false, cause,
	    "daypass end; the next request starts one of this version");
}

static void
read_actor(struct checks *checks, const struct message *road)
{
	const char *actor = message_get(road, "actor");

	if (actor == NULL || strcmp(actor, "self") == 0)
		return;
	snprintf(checks->actor, sizeof(checks->actor),
	    "this is inside of the session %s", actor);
	checks_say(checks, "session", true, checks->actor, NULL);
}

/* What others write may well be for all (a projected volume); what is ours
 * need not. */
static void
read_file(struct checks *checks, const struct message *road)
{
	static char cause[CHECKS_TEXT], remedy[CHECKS_TEXT];
	const char *path = message_get(road, "identity-file");
	struct stat st;

	if (path == NULL || stat(path, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 044) == 0)
		return;
	snprintf(cause, sizeof(cause),
	    "the token file '%.1000s' can be read by others (mode %03o)", path,
	    (unsigned)st.st_mode & 0777);
	snprintf(remedy, sizeof(remedy), "chmod 600 '%.1000s'", path);
	checks_say(checks, "token-file", false, cause, remedy);
}

/* Whoever wants to know about a target that nothing binds gets no source, and
 * nobody has looked for one. */
static void
read_identity(struct checks *checks, const struct message *road)
{
	const char *source = message_get(road, "source");
	const char *stage = message_get(road, "stage");

	if (source != NULL)
		checks_add(checks, "identity", FAULT_NONE, source);
	else if (stage != NULL && stage_named(stage) == STAGE_IDENTITY)
		checks_add(checks, "identity", FAULT_IDENTITY,
		    message_get(road, "text"));
}

static void
read_road(struct checks *checks, const struct message *road)
{
	const char *fault = message_get(road, "fault");

	if (fault != NULL)
		checks_add(checks, "road", fault_named(fault),
		    message_get(road, "text"));
	else if (message_get(road, "step") == NULL)
		checks_add(checks, "road", FAULT_CONFIG,
		    "config: nothing binds this target");
	else
		checks_add(
		    checks, "road", FAULT_NONE, message_get(road, "binding"));
}

/* Where no target is named, an audience that nobody has is asked about: that
 * policies do not allow it is no news. */
static bool
is_denied(const struct message *road)
{
	const char *stage = message_get(road, "stage");

	return stage != NULL && stage_named(stage) == STAGE_POLICY;
}

void
checks_read(struct checks *checks, const struct message *road, bool whole)
{
	read_version(checks, road);
	read_config(checks, road, whole);
	read_memory(checks, road);
	read_confinement(checks, road);
	read_lacks(checks, road);
	read_clock(checks, road, whole);
	read_actor(checks, road);
	read_audit(checks, road);
	read_identity(checks, road);
	read_file(checks, road);
	read_login(checks, road);
	if (!whole || (message_get(road, "fault") != NULL && !is_denied(road)))
		read_road(checks, road);
}

/* Is it one of those that stand in the list, with spaces between them? */
static bool
is_among(const char *audience, const char *list)
{
	size_t length = strlen(audience);

	for (const char *at = list; *at != '\0'; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (strcspn(at, " ") == length &&
		    strncmp(at, audience, length) == 0)
			return true;
	}
	return false;
}

void
checks_audience(struct checks *checks, const struct message *road,
    const struct message *got)
{
	const char *asked = message_get(road, "audience");
	const char *is = message_get(got, "audience");
	char shown_asked[512], shown[512];
	int first;

	if (asked == NULL || asked[0] == '\0' || is == NULL || is[0] == '\0' ||
	    is_among(asked, is))
		return;
	text_printable(shown_asked, sizeof(shown_asked), asked, strlen(asked));
	text_printable(shown, sizeof(shown), is, strlen(is));
	snprintf(checks->audience, sizeof(checks->audience),
	    "the token is for aud=%s, and %s was asked for", shown,
	    shown_asked);
	first = (int)strcspn(shown, " ");
	snprintf(checks->meant, sizeof(checks->meant),
	    "audience = %.*s in the binding, or token-audience = %.*s in the "
	    "credential, if that is meant",
	    first, shown, first, shown);
	checks_say(checks, "audience", false, checks->audience, checks->meant);
}
