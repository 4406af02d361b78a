/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "exchange/claims.h"

static void
prefer(char *to, size_t size, const char *known)
{
	if (known != NULL && *known != '\0')
		text_printable(to, size, known, strlen(known));
}

int
claims_read(const struct credential *input, struct jwt *claims)
{
	unsigned tokens = KIND_ID_TOKEN | KIND_BEARER;
	struct error err = {.fault = FAULT_NONE};

	memset(claims, 0, sizeof(*claims));
	if ((input->kind & tokens) != 0 &&
	    jwt_read(input->secret, claims, &err) == -1)
		memset(claims, 0, sizeof(*claims));
	prefer(claims->issuer, sizeof(claims->issuer), input->issuer);
	prefer(claims->subject, sizeof(claims->subject), input->subject);
	prefer(claims->audience, sizeof(claims->audience), input->audience);
	return err.fault == FAULT_SYSTEM ? -1 : 0;
}

static int
carry(char **to, const char *text)
{
	if (*text == '\0')
		return 0;
	*to = strdup(text);
	return *to == NULL ? -1 : 0;
}

int
claims_label(const struct credential *input, char label[CLAIMS_LABEL])
{
	static const char *const telling[] = {
	    "environment_id", "run_id", "job_id"};
	size_t count = sizeof(telling) / sizeof(telling[0]);
	char claim[CLAIMS_LABEL];
	int found = 0;

	*label = '\0';
	prefer(label, CLAIMS_LABEL, input->label);
	if (*label != '\0' || input->kind != KIND_ID_TOKEN)
		return *label != '\0';
	for (size_t i = 0; found == 0 && i < count; i++) {
		found =
		    jwt_claim(input->secret, telling[i], claim, sizeof(claim));
		if (found == 1 && *claim == '\0')
			found = 0;
	}
	if (found == 1)
		prefer(label, CLAIMS_LABEL, claim);
	return found;
}

int
claims_carry(struct credential *to, const struct credential *from)
{
	struct jwt claims;
	char label[CLAIMS_LABEL];

	if (claims_read(from, &claims) == -1 ||
	    claims_label(from, label) == -1 || carry(&to->label, label) == -1 ||
	    carry(&to->issuer, claims.issuer) == -1 ||
	    carry(&to->subject, claims.subject) == -1 ||
	    carry(&to->audience, claims.audience) == -1)
		return -1;
	return 0;
}

int
claims_blame(struct error *err, const struct credential *input)
{
	struct jwt claims;
	char text[ERROR_TEXT_MAX];

	if (err == NULL || err->fault != FAULT_REFUSED)
		return -1;
	claims_read(input, &claims);
	if (*claims.subject == '\0')
		return -1;
	memcpy(text, err->text, sizeof(text));
	return error_set(err, FAULT_REFUSED,
	    "%s" CLAIMS_BLAME "iss=%s sub=%s aud=%s", text, claims.issuer,
	    claims.subject, claims.audience);
}
