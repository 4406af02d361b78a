/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_ACCOUNT_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_ACCOUNT_H

#include "base/buffer.h"
#include "config/config.h"

/*
 * The credential files of Google's libraries (external_account with an
 * executable, AIP-4117) that say the same as daypass's own chains: one for
 * each gcp-federation, and for each gcp-service-account right behind one. No
 * secret is in them.
 */
struct setup_account {
	const char *name;   /* the credential's */
	bool is_leaf;	    /* no other account goes on from it */
	char why[256];	    /* not "": it cannot be said in such a file */
	struct buffer text; /* else the file; the caller frees it */
};

/* 1: the next one; *i begins with 0. 0: no more. -1: no memory. */
int setup_account_next(const struct config *config, const char *helper,
    size_t *i, struct setup_account *account, struct error *err);

bool setup_account_any(const struct config *config);

#endif
