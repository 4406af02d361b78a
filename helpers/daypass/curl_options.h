/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_CURL_OPTIONS_H
#define DAYPASS_HELPERS_DAYPASS_CURL_OPTIONS_H

#include <stdbool.h>

/*
 * What curl's options take, and what they would do to a token: curl(1), up to
 * 8.17. One that is not here may take the next word for its value, so who
 * reads a command line cannot go on behind it.
 */
enum curl_use {
	CURL_PLAIN,
	CURL_URL,     /* its value is one more URL */
	CURL_HEADER,  /* its value is a header */
	CURL_HEAD,    /* its value goes into the request's head as it is */
	CURL_LOGIN,   /* curl sends an Authorization of the user's */
	CURL_FOLLOW,  /* redirects are followed */
	CURL_SCHEMES, /* its value says to which schemes they may lead */
	CURL_VERBOSE, /* what is sent is shown on stderr */
	CURL_STDERR,  /* stderr goes elsewhere */
	CURL_DETOUR,  /* not straight to the URL's host: without TLS, somebody
			 else would get what is sent */
	CURL_REFUSED, /* from here on: see curl_why() */
	CURL_UNVERIFIED = CURL_REFUSED,
	CURL_ONWARD,
	CURL_WRITES,
	CURL_UNSEEN,
	CURL_AGAIN,
	CURL_OLD,
	CURL_ELSEWHERE
};

struct curl_option {
	const char *name; /* without the dashes */
	char letter;	  /* 0: none */
	bool takes;	  /* a value */
	enum curl_use use;
};

/* `name` may begin with "no-", which turns a flag off. NULL: not known. */
const struct curl_option *curl_option_named(const char *name);
const struct curl_option *curl_option_lettered(char letter);

/* Why one is refused, to follow its name in a sentence. */
const char *curl_why(enum curl_use use);

#endif
