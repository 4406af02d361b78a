/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_CURL_LINE_H
#define DAYPASS_HELPERS_DAYPASS_CURL_LINE_H

#include <stdbool.h>

#include "base/error.h"
#include "config/target.h"

/* What a command line of curl's comes to, as far as a token is concerned. */
#define CURL_URLS 16

struct curl_line {
	unsigned count;
	struct target urls[CURL_URLS]; /* all of one origin, none twice */
	bool login;		       /* Authorization is taken, by the user */
	bool follow;		       /* redirects */
	bool verbose;		       /* shows what is sent */
};

/* Reads argv[0..argc). -1: FAULT_USAGE for what is no command line of curl's,
 * FAULT_REFUSED for one that could give the token away. */
int curl_line_read(
    struct curl_line *line, int argc, char **argv, struct error *err);

/* Would the token travel without TLS? Only to loopback, then. */
bool curl_line_is_plain(const struct curl_line *line);

#endif
