/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "exchange/aws.h"

#define SIGNATURE                                                              \
	"the signature is not right there: compare this machine's clock with " \
	"theirs, and endpoint with region"
#define VALUES "a value is not what the service takes: mend it"
#define NOT_THERE \
	"endpoint is no such service of AWS, or one that lacks this operation"
#define TOO_LARGE "make session-policy, policy-arn and tag shorter"
#define THEIRS "something went wrong there: try again later"
#define LATER "too much is asked there at once: try again later"

/* What any of its services may say. */
static const struct aws_cause common[] = {
    {"AccessDeniedException", NULL,
	"the role may not do that: mend its permissions"},
    {"IncompleteSignature", NULL, SIGNATURE},
    {"IncompleteSignatureException", NULL, SIGNATURE},
    {"InvalidSignatureException", NULL, SIGNATURE},
    {"SignatureDoesNotMatch", NULL, SIGNATURE},
    {"RequestExpired", NULL, SIGNATURE},
    {"MissingAuthenticationToken", NULL, SIGNATURE},
    {"MissingAuthenticationTokenException", NULL, SIGNATURE},
    {"MalformedPolicyDocument", NULL,
	"session-policy is no valid policy: mend it"},
    {"NotAuthorized", NULL,
	"the credentials may not do that: mend the role's permissions"},
    {"OptInRequired", NULL,
	"the account is not signed up for this service: see its console"},
    {"RegionDisabledException", NULL,
	"STS is not active in {region}: activate it there for the account, "
	"or set another region"},
    {"UnrecognizedClientException", NULL, AWS_INPUT_UNKNOWN},
    {"InvalidClientTokenId", NULL, AWS_INPUT_UNKNOWN},
    {"ValidationError", "1 hour session limit",
	"what is assumed with a role's credentials lives an hour at most: "
	"set ttl to 1h or less"},
    {"ValidationError", "MaxSessionDuration",
	"set ttl to what {role} allows (its MaxSessionDuration), or raise it "
	"there"},
    {"ValidationError", NULL, VALUES},
    {"ValidationException", NULL, VALUES},
    {"InvalidParameterException", NULL, VALUES},
    {"InvalidParameterValue", NULL, VALUES},
    {"MalformedInput", NULL, VALUES},
    {"RequestEntityTooLarge", NULL, TOO_LARGE},
    {"RequestEntityTooLargeException", NULL, TOO_LARGE},
    {"InvalidAction", NULL, NOT_THERE},
    {"UnknownOperationException", NULL, NOT_THERE},
    {"UnsupportedCommandException", NULL, NOT_THERE},
    {"Throttling", NULL, LATER},
    {"ThrottlingException", NULL, LATER},
    {"RequestLimitExceeded", NULL, LATER},
    {"TooManyRequestsException", NULL, LATER},
    {"InternalError", NULL, THEIRS},
    {"InternalFailure", NULL, THEIRS},
    {"ServerException", NULL, THEIRS},
    {"ServiceUnavailable", NULL, THEIRS},
    {"ServiceUnavailableException", NULL, THEIRS},
    {NULL, NULL, NULL},
};

static const char *
cause_among(
    const struct aws_cause *causes, const char *code, const char *message)
{
	for (; causes->code != NULL; causes++)
		if (strcmp(causes->code, code) == 0 &&
		    (causes->saying == NULL ||
			strstr(message, causes->saying) != NULL))
			return causes->text;
	return NULL;
}

const char *
aws_cause_of(
    const struct aws_cause *causes, const char *code, const char *message)
{
	const char *text = cause_among(causes, code, message);

	return text != NULL ? text : cause_among(common, code, message);
}
