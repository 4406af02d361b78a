/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_SIGV4_H
#define DAYPASS_BASE_SIGV4_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/secret.h"

/* AWS Signature Version 4 of a POST to "/" or another plain path, as STS and
 * ECR want it. Signed: content-type, host, x-amz-date, x-amz-security-token
 * and x-amz-target, those that are there. */
struct sigv4 {
	const char *access_key_id;
	const struct secret *secret_key;
	const struct secret *session_token; /* or NULL */
	const char *region;
	const char *service;
	int64_t now; /* unix seconds */
	const char *method;
	const char *host; /* with :port unless it is the default one */
	const char *path; /* "/" */
	const char *content_type;
	const char *target; /* x-amz-target, or NULL */
	const struct secret *body;
};

#define SIGV4_DATE 17 /* "20240506T070809Z" */

/* The value of Authorization, and that of x-amz-date. -1: no room, or a part
 * holds a newline. */
int sigv4_sign(const struct sigv4 *sigv4, struct buffer *authorization,
    char date[SIGV4_DATE]);

/* The password for git at AWS CodeCommit: the time and a signature over host
 * (without port) and path; of the rest, region, now and the key are used.
 * NULL: no memory, or a part holds a newline. */
struct secret *sigv4_sign_git(const struct sigv4 *sigv4);

#endif
