/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_CANNED_H
#define DAYPASS_TESTS_CANNED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/settings.h"
#include "exchange/exchange.h"

/* Stands in for http_send: gives the replies that were put up, in order, and
 * keeps what was asked. A program that links it takes nothing else of
 * http_retry.c. */
void canned_put(int status, const char *type, const char *body);

/* The next reply's Date says that our clock is this far behind. */
void canned_skew(int64_t seconds);

/* What was asked last; "" for what was not there. */
struct canned {
	char method[16];
	char url[4096];
	char type[128];
	char authorization[4096];
	char secret_header[1024]; /* its value */
	char headers[1024];	  /* "A: b|C: d|" */
	char body[65536];
	bool again; /* would it have been sent again? */
	int count;  /* requests so far */
};
extern struct canned canned;

/* Settings of "key", "value", ..., NULL. */
struct settings *canned_settings(const char *key, ...)
    __attribute__((sentinel));

/* An unsigned JWT with these claims, as an id token that expires in an hour. */
struct credential *canned_id_token(const char *claims);

/* AWS credentials of the documentation's examples. */
struct credential *canned_aws(void);

/* Runs the exchange with these settings, resolved without a target, on the
 * input, which it frees together with the settings. */
int canned_run(const struct exchange *exchange, struct settings *settings,
    struct credential *input, struct credential **output, struct error *err);

#endif
