/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "exchange/aws.h"

#define ARN_MIN 20
#define ARN_MAX 2048

bool
aws_is_name(
    const char *text, const char *others, size_t shortest, size_t longest)
{
	size_t length = strlen(text);

	if (length < shortest || length > longest)
		return false;
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 0x80 || !isalnum(c)) && c != '_' &&
		    strchr(others, c) == NULL)
			return false;
	}
	return true;
}

bool
aws_is_arn(const char *arn)
{
	size_t length = strlen(arn);

	if (length < ARN_MIN || length > ARN_MAX || !text_starts(arn, "arn:"))
		return false;
	for (; *arn != '\0'; arn++)
		if (*arn <= ' ' || *arn >= 0x7f)
			return false;
	return true;
}

/* Takes the part before the next colon, if it has only these letters. */
static bool
part(const char **arn, const char *letters, size_t *length)
{
	*length = strspn(*arn, letters);
	*arn += *length;
	return *(*arn)++ == ':';
}

static bool
literal(const char **arn, const char *text)
{
	bool there = text_starts(*arn, text);

	*arn += there ? strlen(text) : 0;
	return there;
}

bool
aws_is_role(const char *arn, bool foreign)
{
	const char *name = strrchr(arn, '/');
	size_t length;

	if (!aws_is_arn(arn) || name == NULL ||
	    !aws_is_name(name + 1, AWS_NAME_OTHERS, 1, 64))
		return false;
	literal(&arn, "arn:");
	if (!foreign && !text_starts(arn, "aws"))
		return false;
	if (!part(&arn, "abcdefghijklmnopqrstuvwxyz-", &length) ||
	    !literal(&arn, "iam::"))
		return false;
	if (foreign)
		return (arn = strchr(arn, ':')) != NULL &&
		       text_starts(arn, ":role/");
	return part(&arn, "0123456789", &length) && length == 12 &&
	       text_starts(arn, "role/");
}
