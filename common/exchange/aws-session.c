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

const char *
aws_session_name(const struct exchange_mint *mint, char name[AWS_SESSION_NAME])
{
	const char *set = settings_get(mint->settings, "session-name");
	char label[CLAIMS_LABEL];
	struct jwt claims;
	int found;

	if (set != NULL && text_copy(name, AWS_SESSION_NAME, set) == 0)
		return name;
	/* Without memory to tell it is not told: another name would be another
	 * session to whoever reads the cloud's log. */
	found = claims_label(mint->input, label);
	if (found == -1 || claims_read(mint->input, &claims) == -1)
		return NULL;
	if ((found == 0 || !name_from(name, label)) &&
	    !name_from(name, claims.subject))
		text_copy(name, AWS_SESSION_NAME, "daypass");
	return name;
}
