/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_ECHO_H
#define DAYPASS_BASE_ECHO_H

#include "base/secret.h"

/*
 * Others repeat what they were told when they do not like it, or print what
 * they were to keep. Before a person is shown their words, `***` is put in
 * place of
 *
 * echo_conceal: sixteen or more bytes of this secret, from anywhere in it
 * (NULL: nothing);
 */
void echo_conceal(char *text, const struct secret *secret);

/*
 * echo_mask: what looks like a token: a JWT (RFC 7519), or 32 and more of the
 * bytes that tokens are made of. Paths, URLs, options, names of hosts and
 * words, which have as many, stay.
 */
void echo_mask(char *text);

#endif
