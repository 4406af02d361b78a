/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_OAUTH_H
#define DAYPASS_EXCHANGE_OAUTH_H

#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/settings.h"
#include "exchange/exchange.h"

/* Token exchange as RFC 8693 has it, for whoever speaks it. */
#define OAUTH_GRANT "urn:ietf:params:oauth:grant-type:token-exchange"
#define OAUTH_TYPE "urn:ietf:params:oauth:token-type:"
#define OAUTH_TYPE_ID_TOKEN OAUTH_TYPE "id_token"
#define OAUTH_TYPE_JWT OAUTH_TYPE "jwt"
#define OAUTH_TYPE_ACCESS_TOKEN OAUTH_TYPE "access_token"

/* Starts a body with grant type and subject token. NULL: no memory. */
struct secret *oauth_form(const struct secret *subject_token,
    const char *subject_token_type, size_t room, struct error *err);

/* All values of `scope`, joined by spaces, else `otherwise` (NULL: none). -1:
 * no room in the body. */
int oauth_form_scope(struct secret *body, const struct settings *settings,
    const char *otherwise);

/* Posts the body to the token endpoint and makes a bearer of what comes back.
 * Its expiry is expires_in from before the request, else the token's own
 * `exp` if it is a JWT, else 0: not known. A refresh token that comes along
 * is dropped. */
int oauth_post(const struct exchange_mint *mint, const char *url,
    const struct secret *body, struct credential **output, struct error *err);

/* The same with a request of another form. */
int oauth_ask(const struct exchange_mint *mint,
    const struct http_request *request, struct credential **output,
    struct error *err);

#endif
