/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xml.h"
#include "exchange/aws.h"
#include "exchange/claims.h"
#include "exchange/reply.h"

struct sts_session {
	struct secret *id;
	struct secret *key;
	struct secret *token;
	struct secret *expiration;
};

static void
sts_session_scoped(struct sts_session *session)
{
	secret_free(session->id);
	secret_free(session->key);
	secret_free(session->token);
	secret_free(session->expiration);
}

static int
read_session(const struct http_reply *reply, struct sts_session *session,
    struct error *err)
{
	const struct xml_pick picks[] = {
	    {"Credentials/AccessKeyId", &session->id},
	    {"Credentials/SecretAccessKey", &session->key},
	    {"Credentials/SessionToken", &session->token},
	    {"Credentials/Expiration", &session->expiration},
	};

	return xml_read(
	    reply->body, picks, sizeof(picks) / sizeof(picks[0]), err);
}

static bool
is_token(const struct secret *secret)
{
	return secret != NULL &&
	       reply_is_token(secret_bytes(secret), secret_length(secret));
}

/* -1 unless the session is whole; else when it ends. */
static int64_t
check_session(const struct sts_session *session)
{
	if (!is_token(session->id) || !is_token(session->key) ||
	    !is_token(session->token) || session->expiration == NULL)
		return -1;
	return clock_parse_rfc3339(secret_bytes(session->expiration));
}

/* Whatever is assumed with this session goes on under its name. */
static int
take_name(const struct exchange_mint *mint, struct credential *made)
{
	char room[AWS_SESSION_NAME];
	const char *name = aws_session_name(mint, room);

	free(made->label);
	made->label = name == NULL ? NULL : strdup(name);
	return made->label == NULL ? -1 : 0;
}

int
aws_credentials(const struct exchange_mint *mint,
    const struct http_reply *reply, const char *host,
    struct credential **output, struct error *err)
{
	scoped(credential) struct credential *made = NULL;
	scoped(sts_session) struct sts_session session = {0};
	int64_t expires;

	if (exchange_accept(reply, "text/xml", host, err) == -1)
		return -1;
	if (read_session(reply, &session, err) == -1)
		return error_in(err, "unexpected reply from %s", host);
	if ((expires = check_session(&session)) == -1)
		return error_set(err, FAULT_REFUSED,
		    "unexpected reply from %s: no whole credentials in it",
		    host);
	if (reply_yield(mint, KIND_AWS, &session.key, expires, &made, err) ==
	    -1)
		return -1;
	made->name = strdup(secret_bytes(session.id));
	made->session = take(&session.token);
	if (made->name == NULL || take_name(mint, made) == -1)
		return error_errno(err, "memory for a credential");
	*output = take(&made);
	return 0;
}
