/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_CURL_RUN_H
#define DAYPASS_HELPERS_DAYPASS_CURL_RUN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/secret.h"

/* How curl is run. */
struct curl_run {
	char **argv; /* the user's words, NULL-terminated */
	int argc;
	const struct secret *token;
	const char *header; /* in which it goes */
	bool plain;	    /* http, to loopback */
	bool verbose;	    /* what it says is looked through for the token */
	int heads;	    /* a file for the heads of the replies */
};

/*
 * Runs the curl of PATH to its end. It reads the token from a pipe that is
 * named by --config, never from an argument, its environment or a file; the
 * user's .curlrc, SSLKEYLOGFILE and QLOGDIR are not heeded, and it leaves no
 * core. Gives its wait status; -1: it could not be run.
 */
int curl_run(const struct curl_run *run, int *status, struct error *err);

#endif
