/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_AWS_H
#define DAYPASS_EXCHANGE_AWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/http.h"
#include "base/settings.h"
#include "exchange/exchange.h"

/* What the AWS exchanges share. aws.c: regions and hosts. */

/* The domain of a region's services: "amazonaws.com". A region that no
 * partition claims is taken for one of the commercial one, as SDKs do. */
const char *aws_suffix(const char *region);

/* The name of its partition: "aws", "aws-cn". */
const char *aws_partition(const char *region);

/* The same of its endpoints that speak IPv6 as well: "api.aws". */
const char *aws_dual_suffix(const char *region);

/* Letters, digits and dashes: what may become part of a host name. */
int aws_check_region(const char *region, struct error *err);

/* Makes the setting `region` say which: as it is, else the asker's AWS_REGION
 * or AWS_DEFAULT_REGION, else us-east-1. */
int aws_resolve_region(struct settings *settings,
    const struct exchange_target *target, struct error *err);

/* A variable of the asker's that is set and not empty, else NULL. */
const char *aws_variable(
    const struct exchange_target *target, const char *name);

/* aws-endpoint.c: who is asked. */

/* Makes the settings `use-fips` and `use-dualstack` say yes or no: as they
 * are, else by the asker's AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT.
 * Neither goes together with `endpoint`. */
int aws_resolve_variants(struct settings *settings,
    const struct exchange_target *target, struct error *err);
bool aws_uses_fips(const struct settings *settings);
bool aws_uses_dualstack(const struct settings *settings);

/* For STS, with a region that the configuration did not say: makes it
 * aws-global where AWS_STS_REGIONAL_ENDPOINTS is legacy and the region is
 * one of the old ones. */
int aws_resolve_global(struct settings *settings,
    const struct exchange_target *target, struct error *err);

/* The URL of STS in the region of the settings; and the region to sign for
 * there, which is another one for the pseudo-region aws-global. */
int aws_sts_url(
    const struct settings *settings, struct buffer *url, struct error *err);
const char *aws_sts_region(const struct settings *settings);

/* The root of the setting `endpoint`, else of this host. */
int aws_url(const struct settings *settings, const struct buffer *host,
    struct buffer *url, struct error *err);

/* aws-arn.c: the grammar of names. */

/* Is the text made of ASCII letters, digits, `_` and these others, and as
 * long as this? The grammar of all of STS's names. */
bool aws_is_name(
    const char *text, const char *others, size_t shortest, size_t longest);
#define AWS_NAME_OTHERS "+=,.@-" /* in names of roles and sessions */

bool aws_is_arn(const char *arn);

/* arn:PARTITION:iam::ACCOUNT:role/PATH/NAME. `foreign`: another cloud's that
 * speaks STS, with a partition of its own and an account of any form. */
bool aws_is_role(const char *arn, bool foreign);

/* aws-session.c: one name for all sessions of one workspace: the setting
 * session-name, else that of the session it is assumed with, else made of who
 * asks: the claim that names the workspace or job, else the subject's end.
 * NULL: no memory to tell. */
#define AWS_SESSION_NAME 65
const char *aws_session_name(
    const struct exchange_mint *mint, char name[AWS_SESSION_NAME]);

/* aws-role.c: what assuming a role asks for, whoever asks. */

/* Seconds that a role's session lives, and the least that STS takes. */
#define AWS_TTL_USUAL 3600
#define AWS_TTL_MIN 900

/* Completes and checks region, role, session-name, session-policy,
 * policy-arn, and ttl up to `longest` seconds. */
int aws_role_resolve(struct settings *settings,
    const struct exchange_target *target, long longest, struct error *err);

/* Starts a request body with the action and the parameters of these settings.
 * NULL: no room. */
struct secret *aws_role_form(
    const struct exchange_mint *mint, const char *action, struct error *err);

struct aws_cause; /* below */

/* Asks STS with this body, signed or not, for the role's credentials. */
int aws_role_ask(const struct exchange_mint *mint, const struct secret *body,
    bool is_signed, const struct aws_cause *causes, struct credential **output,
    struct error *err);

/* aws-reply.c: what AWS answers. */

/* What a refusal's code means here and what to do: a cause whose words are
 * known by their place. */
struct aws_cause {
	const char *code;   /* NULL ends the list */
	const char *saying; /* a part of the message; NULL: whatever it is */
	const char *text;   /* as that of a cause (exchange/cause.h) */
};

/* Said of the credentials that a request was signed with. */
#define AWS_INPUT_EXPIRED                                                  \
	"the credentials it was asked with have expired: try again, then " \
	"compare this machine's clock with theirs"
#define AWS_INPUT_UNKNOWN                                                    \
	"the credentials it was asked with are not of this partition, or "   \
	"were revoked: compare region and role, or mint them anew (daypass " \
	"token --force)"

/* Takes the Credentials out of a reply of STS. */
int aws_credentials(const struct exchange_mint *mint,
    const struct http_reply *reply, const char *host,
    struct credential **output, struct error *err);

/* "CODE from HOST: what it means (what the service says)". Always -1. */
int aws_refused(const struct exchange_mint *mint,
    const struct http_reply *reply, const char *host,
    const struct aws_cause *causes, struct error *err);

/* For http_request.again: throttled, or STS could not reach the issuer. */
bool aws_again(const struct http_reply *reply);

/* aws-cause.c: the first of these causes that fits, else one that any service
 * of AWS may have. NULL: there is none. */
const char *aws_cause_of(
    const struct aws_cause *causes, const char *code, const char *message);

/* aws-login.c: GetAuthorizationToken, ECR's and ECR Public's. */
struct aws_registry {
	const char *service; /* to sign for */
	const char *target;  /* X-Amz-Target */
	bool one;	     /* authorizationData is an object, no list */
	const struct aws_cause *causes;
};

int aws_login(const struct exchange_mint *mint,
    const struct aws_registry *registry, const char *url, const char *region,
    struct credential **output, struct error *err);

/* aws-send.c: a POST, signed with the input credential unless there is no
 * service to sign for. */
struct aws_call {
	const char *url;
	const char *service; /* NULL: not signed */
	const char *region;
	const char *content_type;
	const char *target; /* X-Amz-Target, or NULL */
	const struct secret *body;
};

/* 0: a 2xx is in *reply. Everything else is an error, by aws_refused. */
int aws_ask(const struct exchange_mint *mint, const struct aws_call *call,
    const struct aws_cause *causes, struct http_reply *reply,
    struct error *err);

#endif
