/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/jwt.h"
#include "base/text.h"
#include "identity/login.h"

/* As much as is kept of it; a value of the wire takes more. */
#define TOKEN_MAX (KEEP_MAX - LOGIN_SUBJECT_MAX - 1)
/* What two clocks may differ by. */
#define LEEWAY 60

struct secret *
login_token(const struct json *json, const char *name, const char *host,
    struct error *err)
{
	scoped(secret) struct secret *found = NULL;
	const char *string;
	char what[128];

	snprintf(what, sizeof(what), "no %s in it", name);
	if (!json_string(json, name, &string)) {
		login_unexpected(host, what, err);
		return NULL;
	}
	if (strlen(string) > TOKEN_MAX) {
		login_unexpected(host, "a token that is too long", err);
		return NULL;
	}
	if ((found = secret_copy(string, strlen(string))) == NULL) {
		error_errno(err, "memory for a token");
		return NULL;
	}
	if (identity_trim(&found, name, err) == -1) {
		error_in(err, "unexpected reply from %s", host);
		return NULL;
	}
	return take(&found);
}

static int
wrong_token(const struct login *login, const char *what, struct error *err)
{
	return error_set(err, FAULT_REFUSED,
	    "the id token of %s %s: it is not taken", login->host, what);
}

/* Core 3.1.3.7: 2 issuer, 3 audience, 4 and 5 authorized party. */
static int
check_parties(
    const struct login *login, const struct secret *id_token, struct error *err)
{
	char text[2048];

	if (jwt_claim(id_token, "iss", text, sizeof(text)) != 1 ||
	    strcmp(text, login->issuer) != 0)
		return wrong_token(login, "is of another issuer", err);
	if (!jwt_has_audience(id_token, login->client))
		return wrong_token(login, "is for another client", err);
	if (jwt_claim(id_token, "azp", text, sizeof(text)) == 1 &&
	    strcmp(text, login->client) != 0)
		return wrong_token(login, "was given to another client", err);
	return 0;
}

int
login_check(const struct login *login, const struct secret *id_token,
    const char *nonce, const char *expected, char subject[LOGIN_SUBJECT_MAX],
    struct error *err)
{
	struct jwt jwt;
	char said[256];

	if (jwt_read(id_token, &jwt, err) == -1)
		return error_in(err, "the id token of %s", login->host);
	if (check_parties(login, id_token, err) == -1)
		return -1;
	if (jwt.expires == 0 ||
	    jwt.expires + LEEWAY <= clock_unix() + login->mint->http->skew)
		return wrong_token(
		    login, "has expired (is this machine's clock right?)", err);
	if (nonce != NULL &&
	    (jwt_claim(id_token, "nonce", said, sizeof(said)) != 1 ||
		strcmp(said, nonce) != 0))
		return wrong_token(
		    login, "answers another request (nonce)", err);
	if (jwt_claim(id_token, "sub", said, sizeof(said)) != 1 ||
	    said[0] == '\0')
		return wrong_token(login, "names nobody", err);
	text_printable(subject, LOGIN_SUBJECT_MAX, said, strlen(said));
	if (expected != NULL && strcmp(subject, expected) != 0)
		return wrong_token(login,
		    "is another person's than the login (daypass login)", err);
	return 0;
}

struct secret *
login_pack(const struct secret *refresh, const char *subject, struct error *err)
{
	size_t most = secret_length(refresh) + 1 + strlen(subject);
	struct secret *packed = secret_new(most);

	if (packed == NULL) {
		error_errno(err, "memory for a token");
		return NULL;
	}
	secret_add(packed, secret_bytes(refresh), secret_length(refresh));
	secret_add(packed, " ", 1);
	secret_add_string(packed, subject);
	return packed;
}

struct secret *
login_unpack(const struct secret *packed, char subject[LOGIN_SUBJECT_MAX],
    struct error *err)
{
	const char *bytes = secret_bytes(packed);
	const char *space = strchr(bytes, ' ');
	struct secret *refresh;

	if (space == NULL || space == bytes ||
	    text_copy(subject, LOGIN_SUBJECT_MAX, space + 1) == -1) {
		error_set(err, FAULT_IDENTITY,
		    "what rests in the keyring is no login of ours: daypass "
		    "login");
		return NULL;
	}
	refresh = secret_copy(bytes, (size_t)(space - bytes));
	if (refresh == NULL)
		error_errno(err, "memory for a token");
	return refresh;
}

static int
no_refresh_token(const struct login *login, struct error *err)
{
	return error_set(err, FAULT_CONFIG,
	    "%s gave no refresh token: allow the client the refresh token "
	    "grant there, and let [identity] scope have offline_access if it "
	    "wants that",
	    login->host);
}

static int
tell(const struct login *login, const char *subject, const char *place,
    struct writing *told)
{
	writing_add(told, "state", "done");
	writing_add(told, "issuer", login->issuer);
	writing_add(told, "subject", subject);
	writing_add(told, "rests", place);
	if (login->mint->keep->trouble[0] != '\0')
		writing_add(told, "why", login->mint->keep->trouble);
	return 0;
}

int
login_finish(const struct login *login, const struct login_reply *reply,
    const char *nonce, struct writing *told, struct error *err)
{
	scoped(secret) struct secret *id_token = NULL, *refresh = NULL;
	scoped(secret) struct secret *packed = NULL, *old = NULL;
	struct keep *keep = login->mint->keep;
	char subject[LOGIN_SUBJECT_MAX];
	const char *string, *place;

	id_token = login_token(reply->json, "id_token", reply->host, err);
	if (id_token == NULL ||
	    login_check(login, id_token, nonce, NULL, subject, err) == -1)
		return -1;
	if (!json_string(reply->json, "refresh_token", &string))
		return no_refresh_token(login, err);
	refresh = login_token(reply->json, "refresh_token", reply->host, err);
	if (refresh == NULL ||
	    (packed = login_pack(refresh, subject, err)) == NULL)
		return -1;
	/* asked so that nobody else uses the old one meanwhile */
	keep_get(keep, &old, NULL);
	if ((place = keep_set(keep, packed, err)) == NULL)
		return -1;
	return tell(login, subject, place, told);
}
