/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_PLEDGE_H
#define DAYPASS_TESTS_PLEDGE_H

#include "identity/identity.h"

/* A keep (identity/keep.h) whose other ends are in this process: what they
 * answer is put up beforehand, a message each, and what they were told is
 * read afterwards. */
struct pledge {
	struct keep keep;
	int session; /* the other end of keep.session */
	int keyring; /* and of keep.keyring, or -1 */
};

void pledge_open(struct pledge *pledge, const struct settings *settings,
    const char *const *names, bool keyring);
void pledge_close(struct pledge *pledge);

/* "ok", "none", "ok secret=X", "error text=X absent=1": words with a space
 * between them are lines; `_` in a value is a space. */
void pledge_answer(int end, const char *words);

/* What it was told next, its lines joined by a space; "" for nothing. Valid
 * until the next call. */
const char *pledge_told(int end);

#endif
