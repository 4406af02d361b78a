/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_CURL_VEIL_H
#define DAYPASS_HELPERS_DAYPASS_CURL_VEIL_H

#include "base/secret.h"

/* Passes on what comes from one descriptor to the other, line by line, until
 * it ends: with `***` in place of the token, and `?` of NUL. What cannot be
 * written is lost. */
void curl_veil(int from, int to, const struct secret *token);

#endif
