/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_RULES_H
#define DAYPASS_HELPERS_CALLOUT_RULES_H

#include <stdint.h>

#include "base/error.h"
#include "config/reading.h"
#include "helpers/callout/map.h"

/*
 * The service's configuration. It decides who gets in, so it is taken whole
 * or not at all: one mistake, and there are no rules.
 */
struct issuer_rule {
	const char *url; /* as it stands in `iss`, byte for byte */
	const struct settings *settings;
	const char *ca_file; /* or NULL */
	unsigned algorithms; /* one bit each */
	int64_t leeway;	     /* all in seconds */
	int64_t refresh;     /* how often its keys are fetched */
	int64_t keep;	     /* how long they serve when that fails */
};

/* An account of operator mode: maps go by its name. */
struct account_rule {
	const char *name;
	const char *id;		 /* its public key */
	const char *signing_key; /* where a seed of it is, or of a key that its
				    JWT names */
};
#define RULES_ACCOUNTS 64

struct rules {
	struct reading reading;
	const struct settings *nats;
	const struct settings *audit;	/* or NULL */
	const struct settings *metrics; /* or NULL */
	const char *operator_account;	/* that the service is in; NULL: the
					   server's file has the accounts */
	struct account_rule accounts[RULES_ACCOUNTS];
	size_t account_count;
	struct issuer_rule *issuers;
	size_t issuer_count;
	struct map *maps; /* in their order */
	size_t map_count;
};

/* Has daypass-config read the file. NULL: *err is the first mistake, with
 * section, file and line; all go to `mistake`, one by one. */
struct rules *rules_load(
    const char *path, void (*mistake)(const char *text), struct error *err);

/* The same of the rows that daypass-config prints. */
struct rules *rules_read(const char *rows, size_t length,
    void (*mistake)(const char *text), struct error *err);
void rules_free(struct rules *rules);
SCOPED(rules, struct rules *, rules_free);

/* NULL: none has this name. */
const struct issuer_rule *rules_issuer(
    const struct rules *rules, const char *url);

#endif
