/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_GITREQUEST_H
#define DAYPASS_HELPERS_GITREQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * What git tells a credential helper: git-credential(1), "INPUT/OUTPUT
 * FORMAT". Strings point into the bytes that were read; NULL: not told.
 */
struct gitrequest {
	const char *protocol;
	const char *host; /* with the port, if the URL has one */
	const char *path;
	const char *username;
	const char *password;
	const char *credential; /* what stands for a password with authtype */
	bool authtype;		/* git can take any authentication scheme */
	bool bearer;		/* and the server offers Bearer */
};

#define GITREQUEST_LINE_MAX 65535 /* with its line end */

/*
 * Takes the attribute lines apart, in place; bytes[length] is written too.
 * Lines end in LF alone. -1 (FAULT_USAGE): a CR or a NUL anywhere, a line that
 * is too long or no attribute, no protocol, no host, or a host that would end
 * early in a URL: what git decoded from an address that was made to deceive.
 */
int gitrequest_read(
    struct gitrequest *request, char *bytes, size_t length, struct error *err);

/* https or http: any other protocol (cert, smtp, ...) is for another helper,
 * and its host is not looked at. */
bool gitrequest_is_web(const struct gitrequest *request);

/* The URL that git wants to reach. -1: it does not fit. */
int gitrequest_url(const struct gitrequest *request, char *url, size_t size,
    struct error *err);

#endif
