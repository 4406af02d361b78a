/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_VAULT_H
#define DAYPASS_EXCHANGE_VAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "exchange/cause.h"

/*
 * What the vault*.c files share. HashiCorp Vault and OpenBao are the same on
 * the wire: https://developer.hashicorp.com/vault/api-docs
 */

/* vault-call.c: one request. */
struct vault_call {
	const char *method;
	const char *path;	    /* behind /v1/ */
	const struct secret *token; /* of Vault; NULL at login */
	const struct secret *body;  /* JSON, or NULL */
	bool once;		    /* one try only */
};

/* The URL: the setting `endpoint`, which there must be, /v1/ and the path. */
int vault_call_url(const struct settings *settings, const char *path,
    struct buffer *url, struct error *err);

/* Sends it, and gives whatever reply arrives. */
int vault_call_send(const struct exchange_mint *mint,
    const struct vault_call *call, struct http_reply *reply, struct error *err);

/* Sends it and reads the answer, in which nothing may be wrapped. NULL: the
 * error is set, with a cause out of these (or of Vault's general ones). */
struct json *vault_call_ask(const struct exchange_mint *mint,
    const struct vault_call *call, const struct cause *causes,
    struct error *err);

/* vault-login.c: what a login gave. */
struct vault_login {
	struct secret *token;
	int64_t expires; /* by the other's clock; 0: not said */
	bool service;	 /* a token that can be revoked, as batch ones cannot */
};

/* Where the login goes, behind /v1/. */
int vault_login_path(
    const struct settings *settings, struct buffer *path, struct error *err);

/* Logs in with the mint's id token. The token is the caller's. */
int vault_login(const struct exchange_mint *mint, struct vault_login *login,
    struct error *err);

/* Takes back the token of a login and all leases that were made with it. */
int vault_login_revoke(const struct exchange_mint *mint,
    const struct secret *token, bool once, struct error *err);

/* vault-read.c: reads the setting `path` (writes to it, where there are
 * parameters) with the token of the login, and fills in the credential, its
 * expiry included. */
int vault_read(const struct exchange_mint *mint,
    const struct vault_login *login, struct credential *credential,
    struct error *err);

/* NAME=VALUE, each of them. */
int vault_read_check(const struct settings *settings, struct error *err);

/*
 * vault-field.c: which member of a secret's data becomes which part of a
 * credential. Each kind has parts with names of their own (NAME), each is read
 * from members with the usual names unless a setting `field` says NAME=KEY:
 *	basic	username, password
 *	aws	access-key-id, secret-access-key, session-token (may be absent)
 *	bearer	token
 */

/* Are these settings `field` fit for this kind? */
int vault_field_check(
    const struct settings *settings, unsigned kind, struct error *err);

/* Fills in name, secret and session out of a reply. The data of the second
 * version of the key/value engine, which lies in data/data, is found by
 * itself. -1: FAULT_REFUSED, what is missing. */
int vault_field_read(const struct settings *settings, const struct json *json,
    struct credential *credential, struct error *err);

#endif
