/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_IDENTITY_JOBTOKEN_H
#define DAYPASS_IDENTITY_JOBTOKEN_H

#include "identity/identity.h"

/*
 * Id tokens that a platform puts into a job's variables when the job starts:
 * each for the audience that stands in it, and never renewed. Of several, the
 * one is handed out that is for the audience asked for and has not expired.
 */
struct jobtoken {
	const char *platform;
	/* First the one that each job of the platform has, then those that
	 * may hold a token; NULL-terminated. */
	const char *const *variables;
	/* Are the tokens' names anybody's, so that `auto` has to see the
	 * first variable as well? */
	bool marked;
	/* What a job has forgotten that has no token. */
	const char *lacks;
	/* Its name in the configuration, if the tokens' names are up to the
	 * job's author and those that are not known have to be told. */
	const char *source;
	/* What to write for a token of another audience, which is put between
	 * the two; NULL: the platform offers none. */
	const char *remedy[2];
};

/* For struct identity's `here`. */
bool jobtoken_here(const struct jobtoken *job,
    const struct surroundings *around, char *reason, size_t size);

/* For its `run`. The variables that [identity] `variable` names, if there are
 * any, are looked at instead of those of `job`. */
int jobtoken_run(const struct jobtoken *job, const struct identity_mint *mint,
    struct secret **token, struct error *err);

#endif
