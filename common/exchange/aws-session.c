/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/jwt.h"
#include "base/text.h"
#include "exchange/aws.h"
#include "exchange/claims.h"

/* The text's end, which is what tells sessions apart, as a session name. */
static bool
name_from(char name[AWS_SESSION_NAME], const char *text)
{
	size_t length = strlen(text), i;

	if (length >= AWS_SESSION_NAME)
		text += length - (AWS_SESSION_NAME - 1);
	for (i = 0; text[i] != '\0'; i++) {
		char letter[] = {text[i], '\0'};
		bool good = aws_is_name(letter, AWS_NAME_OTHERS, 1, 1);

		name[i] = good ? text[i] : '-';
	}
	name[i] = '\0';
	return i >= 2;
}

/* Ona's, GitHub's and GitLab's words for one workspace or job. 1: taken; 0:
 * none is there; -1: no memory to tell, and another name would be another
 * session to whoever reads the cloud's log. */
static int
name_from_token(char name[AWS_SESSION_NAME], const struct credential *input)
{
	static const char *const telling[] = {
	    "environment_id", "run_id", "job_id"};
	char claim[256];
	int found = 0;

	if (input->kind != KIND_ID_TOKEN)
		return 0;
	for (size_t i = 0;
	     found == 0 && i < sizeof(telling) / sizeof(telling[0]); i++) {
		found = jwt_claim(
		    input->secret, telling[i], claim, sizeof(claim));
		if (found == 1)
			found = name_from(name, claim);
	}
	return found;
}

const char *
aws_session_name(const struct exchange_mint *mint, char name[AWS_SESSION_NAME])
{
	const char *set = settings_get(mint->settings, "session-name");
	struct jwt claims;
	int found;

	if (set != NULL && text_copy(name, AWS_SESSION_NAME, set) == 0)
		return name;
	found = name_from_token(name, mint->input);
	if (found == -1 || claims_read(mint->input, &claims) == -1)
		return NULL;
	if (found == 0 && !name_from(name, claims.subject))
		text_copy(name, AWS_SESSION_NAME, "daypass");
	return name;
}
