/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_CURL_REPLY_H
#define DAYPASS_HELPERS_DAYPASS_CURL_REPLY_H

#include "base/error.h"
#include "base/secret.h"
#include "config/target.h"

/* The first reply that was a 401 or 403. */
struct curl_reply {
	int status;	 /* 0: none was, or it was not the target's */
	char words[256]; /* its challenge's error_description, or "" */
};

/* Reads heads of replies, as curl's --dump-header wrote them; `text` is taken
 * apart. What they repeat of the token is left out. */
void curl_reply_parse(
    struct curl_reply *reply, char *text, const struct secret *token);

/* The same out of a file, up to 256 KiB of it. */
void curl_reply_read(
    struct curl_reply *reply, int heads, const struct secret *token);

/* What it means for who sent this token: one sentence, FAULT_REFUSED. -1, as
 * with every error. */
int curl_reply_explain(const struct curl_reply *reply,
    const struct target *target, const struct secret *token, struct error *err);

#endif
