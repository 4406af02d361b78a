/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/jwt.h"
#include "identity/jobtoken.h"

#define SEEN_MAX 384 /* of an error's text */

/* The search for a token, and what is to be said if there is none. */
struct search {
	const struct jobtoken *job;
	const struct identity_mint *mint;
	struct secret *found;
	struct buffer others; /* "A is for x, B is for y" */
	struct error expired; /* of the right audience */
	struct error broken;  /* no token at all */
	size_t set;
};

static void
search_scoped(struct search *search)
{
	secret_free(search->found);
	buffer_free(&search->others);
}

static const char *
first_set(const struct jobtoken *job, const struct surroundings *around)
{
	for (const char *const *name = job->variables + 1; *name != NULL;
	     name++)
		if (identity_variable(around, *name) != NULL)
			return *name;
	return NULL;
}

/* Where the platform has one name for its token. */
static const char *
only_name(const struct jobtoken *job)
{
	return job->variables[2] == NULL ? job->variables[1] : NULL;
}

bool
jobtoken_here(const struct jobtoken *job, const struct surroundings *around,
    char *reason, size_t size)
{
	const char *mark = job->variables[0], *only = only_name(job);
	const char *name = first_set(job, around);
	bool marked = identity_variable(around, mark) != NULL;

	if (name != NULL && (marked || !job->marked))
		snprintf(reason, size, "%s is set", name);
	else if (!marked)
		snprintf(reason, size, "%s is not set", mark);
	else if (job->source != NULL)
		snprintf(reason, size,
		    "%s is set, but no variable that is known holds a token: "
		    "%s, or its name has to be told ([identity] source = %s, "
		    "variable = NAME)",
		    mark, job->lacks, job->source);
	else
		snprintf(reason, size, "%s is set, but %s%s: %s", mark,
		    only == NULL ? "no variable that is known holds a token"
				 : only,
		    only == NULL ? "" : " is not", job->lacks);
	return name != NULL && (marked || !job->marked);
}

static int
expired(const struct search *search, const char *name, const struct jwt *jwt,
    struct error *err)
{
	char when[CLOCK_TEXT];

	return error_set(err, FAULT_IDENTITY,
	    "variable %s holds a token that expired at %s: %s renews none "
	    "while a job runs, so ask for it earlier, or start the job again",
	    name, clock_rfc3339(jwt->expires, when), search->job->platform);
}

static void
note_other(struct search *search, const char *name, const struct jwt *jwt)
{
	buffer_printf(&search->others, "%s%s is for %.128s",
	    search->others.length == 0 ? "" : ", ", name,
	    jwt->audience[0] == '\0' ? "nobody" : jwt->audience);
}

/* Is the token in this variable the one? Else notes what it is. */
static bool
look(struct search *search, struct secret **token, const char *name)
{
	struct jwt jwt;
	char where[256];

	snprintf(where, sizeof(where), "variable %.200s", name);
	if (identity_trim(token, where, &search->broken) == -1)
		return false;
	if (jwt_read(*token, &jwt, &search->broken) == -1) {
		error_in(&search->broken, "%s", where);
		return false;
	}
	if (!jwt_has_audience(*token, search->mint->audience)) {
		note_other(search, name, &jwt);
		return false;
	}
	if (jwt.expires == 0 || jwt.expires > clock_unix())
		return true;
	expired(search, name, &jwt, &search->expired);
	return false;
}

/* -1: no memory. */
static int
consider(struct search *search, const char *name, struct error *err)
{
	scoped(secret) struct secret *token = NULL;
	const char *value = identity_variable(search->mint->around, name);

	if (value == NULL || search->found != NULL)
		return 0;
	search->set++;
	if ((token = secret_copy(value, strlen(value))) == NULL)
		return error_errno(err, "memory for a token");
	if (look(search, &token, name))
		search->found = take(&token);
	return 0;
}

static int
consider_all(struct search *search, struct error *err)
{
	const struct settings *settings = search->mint->settings;
	const char *const *name = search->job->variables + 1;

	if (settings_get(settings, "variable") != NULL) {
		settings_each (named, settings, "variable")
			if (consider(search, named->value, err) == -1)
				return -1;
		return 0;
	}
	for (; *name != NULL; name++)
		if (consider(search, *name, err) == -1)
			return -1;
	return 0;
}

static int
none_set(const struct search *search, struct error *err)
{
	char reason[IDENTITY_REASON_MAX];

	if (settings_get(search->mint->settings, "variable") != NULL)
		return error_set(err, FAULT_IDENTITY,
		    "no variable that [identity] names is set: %s, or the "
		    "name is another",
		    search->job->lacks);
	jobtoken_here(
	    search->job, search->mint->around, reason, sizeof(reason));
	return error_set(err, FAULT_IDENTITY, "%s", reason);
}

static int
wrong_audience(const struct search *search, struct error *err)
{
	const char *const *remedy = search->job->remedy;
	const char *audience = search->mint->audience;

	if (remedy[0] == NULL)
		return error_set(err, FAULT_IDENTITY,
		    "no token for audience %s: %s, and %s issues no other; "
		    "have the other side accept that one, and ask for it "
		    "(token-audience)",
		    audience, buffer_text(&search->others),
		    search->job->platform);
	return error_set(err, FAULT_IDENTITY,
	    "no token for audience %s: %s; %s%s%s, or ask for the audience of "
	    "one that is there (token-audience)",
	    audience, buffer_text(&search->others), remedy[0], audience,
	    remedy[1]);
}

/* What is said first is what is nearest to a token. */
static int
nothing(const struct search *search, struct error *err)
{
	if (search->set == 0)
		return none_set(search, err);
	if (search->expired.fault != FAULT_NONE)
		return error_set(
		    err, search->expired.fault, "%s", search->expired.text);
	if (search->others.length > 0)
		return wrong_audience(search, err);
	if (search->broken.fault == FAULT_NONE)
		return error_set(err, FAULT_SYSTEM, "no memory for a reason");
	return error_set(err, search->broken.fault, "%s", search->broken.text);
}

int
jobtoken_run(const struct jobtoken *job, const struct identity_mint *mint,
    struct secret **token, struct error *err)
{
	scoped(search) struct search search = {
	    .job = job, .mint = mint, .others = BUFFER(SEEN_MAX)};

	if (consider_all(&search, err) == -1)
		return -1;
	if (search.found == NULL)
		return nothing(&search, err);
	*token = take(&search.found);
	return 0;
}
