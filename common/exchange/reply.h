/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_REPLY_H
#define DAYPASS_EXCHANGE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/http.h"
#include "base/json.h"
#include "exchange/exchange.h"

/* What the exchanges do alike with a reply: take its document, a token and a
 * lifetime out of it, and make a credential of them. */
#define REPLY_HOST_MAX 300
#define REPLY_URL_MAX 8192

/* As much as the wire carries in one value. */
#define REPLY_TOKEN_MAX (16 * 1024)

/* Sends a request and reads the answer as JSON. What is no 2xx is read by
 * exchange_refused, and what was presented is added to it. NULL: the error is
 * set. */
struct json *reply_ask(const struct exchange_mint *mint,
    const struct http_request *request, struct error *err);

/* Is one of these words (NULL-terminated) an error reply's code, or in its
 * text? */
bool reply_says(const struct http_reply *reply, const char *const *words);

/* The document of a 2xx of JSON's media type; NULL: FAULT_REFUSED. */
struct json *reply_json(
    const struct http_reply *reply, const char *host, struct error *err);

/* Takes what was sent out of an error's text: there are servers that repeat
 * it when they do not like it. */
void reply_conceal(struct error *err, const struct credential *input);

/* Can these bytes stand in a header, as a token has to: printable ASCII, no
 * space, not empty, at most REPLY_TOKEN_MAX? */
bool reply_is_token(const char *bytes, size_t length);

/* FAULT_REFUSED, "unexpected reply from HOST: " and this. Always -1. */
int reply_unexpected(const char *url, struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The token at `path` of what this URL answered, checked as above. NULL:
 * FAULT_REFUSED. */
struct secret *reply_token(const struct json *json, const char *path,
    const char *url, struct error *err);

/* `seconds`, ten years at most, from `start`, which is our time before the
 * request, as the other side's clock says it: that is what a credential's
 * expiry is told in. */
int64_t reply_expiry(
    const struct exchange_mint *mint, int64_t start, int64_t seconds);

/* A credential of `kind` around the secret, which it takes, minted for whom
 * the input was minted for. */
int reply_yield(const struct exchange_mint *mint, unsigned kind,
    struct secret **secret, int64_t expires, struct credential **output,
    struct error *err);

/* Makes the secret of a credential the password of this name: KIND_BASIC. -1:
 * FAULT_REFUSED for what cannot be a name. */
int reply_basic(
    struct credential *credential, const char *name, struct error *err);

#endif
