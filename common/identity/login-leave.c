/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "identity/login.h"

/* RFC 7009: the refresh token, and with it what was granted. */
static int
take_back(struct login *login, const struct secret *token, struct error *err)
{
	scoped(login_reply) struct login_reply reply = {0};
	scoped(secret) struct secret *form = NULL;
	const char *url;
	bool there;

	if (login_discover(login, err) == -1)
		return -1;
	url = login_endpoint(login, "revocation_endpoint", &there, err);
	if (url == NULL)
		return there
			   ? -1
			   : error_set(err, FAULT_REFUSED,
				 "%s has no revocation_endpoint", login->host);
	form = login_form(login, NULL, err);
	if (form == NULL)
		return -1;
	if (http_form_secret(form, "token", token) == -1 ||
	    http_form(form, "token_type_hint", "refresh_token") == -1)
		return error_set(err, FAULT_SYSTEM, "no room for a token");
	if (login_post(login, url, form, token, POST_EMPTY, &reply, err) == -1)
		return -1;
	return reply.status / 100 == 2
		   ? 0
		   : login_refused(&reply, LOGIN_REFRESH, err);
}

/* What cannot be revoked is forgotten all the same: that is what was asked
 * for, and it is said. */
int
login_leave(struct login *login, struct writing *told, struct error *err)
{
	scoped(secret) struct secret *packed = NULL, *token = NULL;
	char subject[LOGIN_SUBJECT_MAX] = "";
	struct error why = {.fault = FAULT_NONE};
	bool revoked = false;
	int found = keep_get(login->mint->keep, &packed, err);

	if (found == -1)
		return -1;
	writing_add(told, "state", found == 0 ? "none" : "done");
	writing_add(told, "issuer", login->issuer);
	if (found == 0)
		return 0;
	token = login_unpack(packed, subject, &why);
	if (token != NULL)
		revoked = take_back(login, token, &why) == 0;
	if (keep_clear(login->mint->keep, err) == -1)
		return -1;
	writing_add(told, "subject", subject);
	writing_add(told, "revoked", revoked ? "yes" : "no");
	if (!revoked)
		writing_add(told, "why", why.text);
	return 0;
}
