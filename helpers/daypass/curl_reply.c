/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/echo.h"
#include "base/jwt.h"
#include "base/text.h"
#include "helpers/daypass/curl_reply.h"

#define HEADS_MAX (256 * 1024)
#define GOOGLE "accounts.google.com"

/* RFC 6750 3: ..., error_description="..." */
static void
read_challenge(struct curl_reply *reply, char *line, const struct secret *token)
{
	static const char name[] = "error_description=\"";
	char *at = strstr(line, name);

	if (at == NULL)
		return;
	at += sizeof(name) - 1;
	at[strcspn(at, "\"")] = '\0';
	echo_conceal(at, token);
	text_printable(reply->words, sizeof(reply->words), at, strlen(at));
}

/* One line without its end. False: nothing more is wanted. */
static bool
read_line(struct curl_reply *reply, char *line, const struct secret *token)
{
	static const char challenge[] = "WWW-Authenticate:";
	int status;

	if (text_starts(line, "HTTP/")) {
		const char *space = strchr(line, ' ');

		status = space == NULL ? 0 : (int)strtol(space, NULL, 10);
		if (reply->status != 0)
			return false;
		/* Where it led may be another host, which got no token. */
		if (status >= 301 && status <= 308 && status != 304)
			return false;
		if (status == 401 || status == 403)
			reply->status = status;
	} else if (reply->status != 0 &&
		   strncasecmp(line, challenge, sizeof(challenge) - 1) == 0)
		read_challenge(reply, line, token);
	return true;
}

void
curl_reply_parse(
    struct curl_reply *reply, char *text, const struct secret *token)
{
	char *line;

	*reply = (struct curl_reply){.status = 0};
	while ((line = strsep(&text, "\r\n")) != NULL)
		if (!read_line(reply, line, token))
			return;
}

void
curl_reply_read(struct curl_reply *reply, int heads, const struct secret *token)
{
	static char text[HEADS_MAX + 1];
	ssize_t length = pread(heads, text, HEADS_MAX, 0);

	text[length < 0 ? 0 : length] = '\0';
	curl_reply_parse(reply, text, token);
}

/* Who a service account is to people: its e-mail. */
static const char *
who(const struct secret *token, const struct jwt *jwt, char *text, size_t size)
{
	char email[256];

	if (jwt_claim(token, "email", email, sizeof(email)) == 1)
		text_printable(text, size, email, strlen(email));
	else
		snprintf(text, size, "sub=%s", jwt->subject);
	return text;
}

static bool
is_google_host(const char *host)
{
	return text_ends(host, ".run.app") ||
	       text_ends(host, ".cloudfunctions.net");
}

/* Of an id token that Google issued. */
static int
explain_google(const struct curl_reply *reply, const struct target *target,
    const struct secret *token, const struct jwt *jwt, struct error *err)
{
	char account[300];

	if (reply->status == 401)
		return error_set(err, FAULT_REFUSED,
		    "target: 401 from %s: it takes no token for aud=%s: say in "
		    "`audience` whom it wants (Cloud Run: the service's own "
		    "run.app URL, or a custom audience of it; a function of "
		    "the 1st generation: its URL; IAP: its OAuth client id)",
		    target->host, jwt->audience);
	return error_set(err, FAULT_REFUSED,
	    "target: 403 from %s: %s may not call it: it needs "
	    "roles/run.invoker there (a function of the 1st generation: "
	    "roles/cloudfunctions.invoker; IAP: "
	    "roles/iap.httpsResourceAccessor), unless it is the service's own "
	    "code that refused",
	    target->host, who(token, jwt, account, sizeof(account)));
}

static int
explain(const struct curl_reply *reply, const struct target *target,
    const struct secret *token, struct error *err)
{
	bool google = is_google_host(target->host);
	const char *issuer;
	struct jwt jwt;

	if (jwt_read(token, &jwt, NULL) == -1)
		return error_set(err, FAULT_REFUSED,
		    "target: %d from %s: it does not take this token%s",
		    reply->status, target->host,
		    google ? ", for it is no id token: bind it to a "
			     "credential of exchange = gcp-id-token"
			   : "");
	issuer = jwt.issuer;
	if (text_starts(issuer, "https://"))
		issuer += strlen("https://");
	if (strcmp(issuer, GOOGLE) == 0)
		return explain_google(reply, target, token, &jwt, err);
	if (google)
		return error_set(err, FAULT_REFUSED,
		    "target: %d from %s: Google takes no id token of iss=%s: "
		    "bind it to a credential of exchange = gcp-id-token",
		    reply->status, target->host, jwt.issuer);
	return error_set(err, FAULT_REFUSED,
	    "target: %d from %s: it %s the token of sub=%s aud=%s iss=%s",
	    reply->status, target->host,
	    reply->status == 401 ? "does not take" : "allows nothing for",
	    jwt.subject, jwt.audience, jwt.issuer);
}

int
curl_reply_explain(const struct curl_reply *reply, const struct target *target,
    const struct secret *token, struct error *err)
{
	size_t length;

	explain(reply, target, token, err);
	length = strlen(err->text);
	if (reply->words[0] != '\0')
		snprintf(err->text + length, sizeof(err->text) - length,
		    "; it says: %s", reply->words);
	length = strlen(err->text);
	snprintf(err->text + length, sizeof(err->text) - length,
	    " (daypass doctor function %s)", target->text);
	return error_at(err, STAGE_TARGET);
}
