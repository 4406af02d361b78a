/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "helpers/callout/idtoken.h"
#include "helpers/callout/jwks.h"

#define SUBJECT_BYTES_MAX 1024

void
idtoken_clear(struct idtoken *token)
{
	compact_clear(&token->compact);
	*token = (struct idtoken){.issuer = "", .subject = ""};
}

static int
malformed(struct refusal *why, const char *what)
{
	return refuse(why, REASON_MALFORMED, "no id token: %s", what);
}

/* A header may say what a client made up: keys, places to find them, things
 * that we would have to understand. None of it is followed, and what asks to
 * be is refused (RFC 8725 3.10, RFC 7515 4.1.11). */
static int
check_header(struct idtoken *token, struct refusal *why)
{
	static const char *const forbidden[] = {
	    "crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip", NULL};
	const struct json *header = token->compact.header;
	const char *algorithm, *type;

	for (int i = 0; forbidden[i] != NULL; i++)
		if (json_present(header, forbidden[i]))
			return refuse(why, REASON_MALFORMED,
			    "no id token: its header has `%s`", forbidden[i]);
	if (json_present(header, "typ") &&
	    (!json_string(header, "typ", &type) ||
		strcasecmp(type, "JWT") != 0))
		return malformed(why, "its header's `typ` is not JWT");
	if (!json_string(header, "alg", &algorithm))
		return malformed(why, "its header has no `alg`");
	token->algorithm = algorithm_named(algorithm);
	if (token->algorithm == ALGORITHMS)
		return refuse(why, REASON_ALGORITHM,
		    "its algorithm is '%.64s': RS256, ES256 and EdDSA are "
		    "taken",
		    algorithm);
	if (!json_present(header, "kid"))
		return 0;
	return json_string(header, "kid", &token->kid) &&
		       strlen(token->kid) < JWKS_KID_MAX
		   ? 0
		   : malformed(why, "its header's `kid` is no short text");
}

static int
read_claims(struct idtoken *token, struct refusal *why)
{
	const struct json *claims = token->compact.claims;

	if (!json_string(claims, "iss", &token->issuer))
		return malformed(why, "it has no `iss`");
	if (!json_string(claims, "sub", &token->subject) ||
	    token->subject[0] == '\0' ||
	    strlen(token->subject) > SUBJECT_BYTES_MAX)
		return malformed(why, "it has no `sub`, or a very long one");
	if (compact_time(claims, "exp", &token->expires) != 1)
		return malformed(why, "its `exp` is no time");
	return 0;
}

int
idtoken_read(const char *text, struct idtoken *token, struct refusal *why)
{
	size_t length = strlen(text);
	const char *what;

	*token = (struct idtoken){.issuer = "", .subject = ""};
	if (length > IDTOKEN_MAX)
		return refuse(why, REASON_TOO_LARGE,
		    "a token of %zu bytes: more than %d", length, IDTOKEN_MAX);
	if (compact_read(text, length, &token->compact, &what) == -1)
		return malformed(why, what);
	/* The claims first: the record shows whose it says it is. */
	if (read_claims(token, why) == -1)
		return -1;
	return check_header(token, why);
}

static bool
is_for(const struct json *claims, const struct issuer_rule *rule)
{
	const char *audience;
	size_t count = 0;

	json_count(claims, "aud", &count);
	for (size_t i = 0; i < count; i++)
		settings_each (each, rule->settings, "audience")
			if (json_element(claims, "aud", i, &audience) &&
			    strcmp(audience, each->value) == 0)
				return true;
	return false;
}

static int
check_start(const struct idtoken *token, const char *name, int64_t latest,
    struct refusal *why)
{
	int64_t at = 0;

	switch (compact_time(token->compact.claims, name, &at)) {
	case -1:
		return refuse(why, REASON_MALFORMED,
		    "no id token: its `%s` is no time", name);
	case 1:
		if (at > latest)
			return refuse(why, REASON_EARLY,
			    "its `%s` is %lld s beyond the leeway", name,
			    (long long)(at - latest));
	}
	return 0;
}

int
idtoken_check(const struct idtoken *token, const struct issuer_rule *rule,
    int64_t now, struct refusal *why)
{
	if ((rule->algorithms >> token->algorithm & 1) == 0)
		return refuse(why, REASON_ALGORITHM,
		    "its algorithm is %s, which its issuer's section does not "
		    "allow",
		    algorithm_names[token->algorithm]);
	if (!is_for(token->compact.claims, rule))
		return refuse(
		    why, REASON_AUDIENCE, "it is for another audience");
	/* No leeway here: what is granted ends with the token. */
	if (token->expires <= now)
		return refuse(why, REASON_EXPIRED, "it expired %lld s ago",
		    (long long)(now - token->expires));
	if (check_start(token, "nbf", now + rule->leeway, why) == -1)
		return -1;
	return check_start(token, "iat", now + rule->leeway, why);
}

int
idtoken_verify(const struct idtoken *token, const struct verifier *verifier,
    struct refusal *why)
{
	const struct secret *signature = token->compact.signature;

	if (verifier_algorithm(verifier) == token->algorithm &&
	    verifier_check(verifier, token->compact.input,
		token->compact.input_length, secret_bytes(signature),
		secret_length(signature)))
		return 0;
	return refuse(why, REASON_SIGNATURE,
	    "its signature is not that of its issuer's key");
}
