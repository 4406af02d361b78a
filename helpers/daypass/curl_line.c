/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "helpers/daypass/curl_line.h"
#include "helpers/daypass/curl_options.h"

/* The command line while it is read. */
struct reading {
	struct curl_line *line;
	int argc, at; /* argv[at] is the word that is read */
	char **argv;
	const char *detour; /* the option */
	bool redirected;    /* stderr */
};

/* An option, as it was written; never its value, which may be a secret. */
static int
refuse(const char *option, const char *why, struct error *err)
{
	char shown[80];

	error_set(err, FAULT_REFUSED, "target: curl's %s %s",
	    text_printable(shown, sizeof(shown), option, strlen(option)), why);
	return error_at(err, STAGE_TARGET);
}

static int
no_option(const char *option, struct error *err)
{
	char shown[80];

	return error_set(err, FAULT_USAGE,
	    "'%s' is no option of curl's that daypass knows: write it in full "
	    "and its value as a word of its own",
	    text_printable(shown, sizeof(shown), option, strlen(option)));
}

/* curl sends what it is given, and a line of its own is a header of its own, or
 * another request. */
static int
check_lines(const char *option, const char *value, struct error *err)
{
	if (value == NULL || strpbrk(value, "\r\n") == NULL)
		return 0;
	return refuse(option, "has a line break in its value", err);
}

/* Older curls keep the token where a redirect goes from https to http. */
static int
check_schemes(const char *option, const char *value, struct error *err)
{
	if (strcmp(value, "=https") == 0 || strcmp(value, "-all,https") == 0)
		return 0;
	return refuse(option,
	    "would let a redirect lead to plain http: only =https is taken",
	    err);
}

/* Names that curl reads in any case, up to the `:` or `;`. */
static bool
is_header(const char *header, const char *name)
{
	size_t length = strlen(name);

	return strncasecmp(header, name, length) == 0 &&
	       (header[length] == ':' || header[length] == ';' ||
		   header[length] == ' ' || header[length] == '\t');
}

static int
read_header(struct curl_line *line, const char *header, struct error *err)
{
	if (header[0] == '@')
		return refuse("-H @FILE",
		    "hides headers from daypass: write them out", err);
	if (is_header(header, "X-Serverless-Authorization") ||
	    is_header(header, "Proxy-Authorization"))
		return refuse("-H X-Serverless-Authorization",
		    "and -H Proxy-Authorization are where the token may have "
		    "to go",
		    err);
	if (is_header(header, "Host"))
		return refuse("-H Host",
		    "leads to another service behind the same front end", err);
	line->login |= is_header(header, "Authorization");
	return 0;
}

static bool
is_same_origin(const struct target *a, const struct target *b)
{
	return strcmp(a->scheme, b->scheme) == 0 &&
	       strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

static int
check_scheme(const struct target *target, struct error *err)
{
	const char *why = NULL;

	if (strcmp(target->scheme, "https") != 0 &&
	    strcmp(target->scheme, "http") != 0)
		why = "is neither https nor http";
	else if (target_is_clear(target))
		why = "is plain http to another host, where anybody on the "
		      "way could read the token";
	if (why == NULL)
		return 0;
	error_set(err, FAULT_REFUSED, "target: '%.300s' %s", target->text, why);
	return error_at(err, STAGE_TARGET);
}

/* Of a URL with a scheme: curl makes an Authorization of it. */
static bool
has_user(const char *url)
{
	const char *authority = strstr(url, "://") + strlen("://");

	return memchr(authority, '@', strcspn(authority, "/?")) != NULL;
}

/* Every word that is neither an option nor its value is a URL to curl, which
 * makes one of whatever it is. */
static int
read_url(struct curl_line *line, const char *url, struct error *err)
{
	struct target target;

	if (target_url(url, &target, err) == -1)
		return error_in(err, "target");
	if (check_scheme(&target, err) == -1)
		return -1;
	line->login |= has_user(url);
	for (unsigned i = 0; i < line->count; i++)
		if (strcmp(line->urls[i].text, target.text) == 0)
			return 0;
	if (line->count > 0 && !is_same_origin(&line->urls[0], &target)) {
		error_set(err, FAULT_REFUSED,
		    "target: '%.300s' is not where '%.300s' is, and curl would "
		    "send one token to both: run daypass curl for each",
		    target.text, line->urls[0].text);
		return error_at(err, STAGE_TARGET);
	}
	if (line->count == CURL_URLS)
		return error_set(err, FAULT_USAGE,
		    "target: more than %d URLs: run daypass curl several times",
		    CURL_URLS);
	line->urls[line->count++] = target;
	return 0;
}

static int
use(struct reading *reading, const struct curl_option *option,
    const char *written, const char *value, struct error *err)
{
	switch (option->use) {
	case CURL_PLAIN:
		return 0;
	case CURL_URL:
		return read_url(reading->line, value, err);
	case CURL_HEADER:
		if (check_lines(written, value, err) == -1)
			return -1;
		return read_header(reading->line, value, err);
	case CURL_HEAD:
		return check_lines(written, value, err);
	case CURL_LOGIN:
		reading->line->login = true;
		return check_lines(written, value, err);
	case CURL_SCHEMES:
		return check_schemes(written, value, err);
	case CURL_FOLLOW:
		reading->line->follow = true;
		return 0;
	case CURL_VERBOSE:
		reading->line->verbose = true;
		return 0;
	case CURL_STDERR:
		reading->redirected = true;
		return 0;
	case CURL_DETOUR:
		reading->detour = option->name;
		return 0;
	default:
		return refuse(written, curl_why(option->use), err);
	}
}

/* The word behind the option. */
static const char *
next_word(struct reading *reading, const char *written, struct error *err)
{
	if (reading->at + 1 < reading->argc)
		return reading->argv[++reading->at];
	error_set(err, FAULT_USAGE, "curl's %.80s wants a value", written);
	return NULL;
}

static int
read_long(struct reading *reading, struct error *err)
{
	const char *word = reading->argv[reading->at];
	const struct curl_option *option = curl_option_named(word + 2);
	const char *value = NULL;

	if (option == NULL && text_starts(word, "--expand-"))
		return refuse("--expand-*", curl_why(CURL_UNSEEN), err);
	if (option == NULL)
		return no_option(word, err);
	if (option->takes && (value = next_word(reading, word, err)) == NULL)
		return -1;
	return use(reading, option, word, value, err);
}

/* -sSLo FILE: letters in one word, the last one perhaps with its value. */
static int
read_letters(struct reading *reading, struct error *err)
{
	const char *at = reading->argv[reading->at] + 1;
	const struct curl_option *option;

	do {
		char written[3] = {'-', *at, '\0'};
		const char *value = NULL;

		if ((option = curl_option_lettered(*at)) == NULL)
			return no_option(written, err);
		at++;
		if (option->takes && *at != '\0')
			value = at;
		else if (option->takes &&
			 (value = next_word(reading, written, err)) == NULL)
			return -1;
		if (use(reading, option, written, value, err) == -1)
			return -1;
	} while (!option->takes && *at != '\0');
	return 0;
}

static int
read_words(struct reading *reading, struct error *err)
{
	bool options = true;

	for (; reading->at < reading->argc; reading->at++) {
		const char *word = reading->argv[reading->at];
		int result;

		if (!options || word[0] != '-')
			result = read_url(reading->line, word, err);
		else if (strcmp(word, "--") == 0)
			result = options = false;
		else if (word[1] == '-')
			result = read_long(reading, err);
		else
			result = read_letters(reading, err);
		if (result == -1)
			return -1;
	}
	return 0;
}

bool
curl_line_is_plain(const struct curl_line *line)
{
	return strcmp(line->urls[0].scheme, "http") == 0;
}

int
curl_line_read(struct curl_line *line, int argc, char **argv, struct error *err)
{
	struct reading reading = {.line = line, .argc = argc, .argv = argv};

	*line = (struct curl_line){.count = 0};
	if (read_words(&reading, err) == -1)
		return -1;
	if (line->count == 0)
		return error_set(err, FAULT_USAGE,
		    "no URL: daypass curl -- CURL'S ARGUMENTS... URL");
	if (line->verbose && reading.redirected)
		return refuse("-v with --stderr",
		    "would write the token down: use 2>FILE", err);
	if (reading.detour != NULL && curl_line_is_plain(line))
		return refuse(reading.detour,
		    "and plain http would give the token to somebody else",
		    err);
	if (line->follow && line->login)
		return refuse("-L",
		    "and an Authorization of your own do not go together: "
		    "the token's other header would follow a redirect to any "
		    "host",
		    err);
	return 0;
}
