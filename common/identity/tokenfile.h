/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_IDENTITY_TOKENFILE_H
#define DAYPASS_IDENTITY_TOKENFILE_H

#include "base/error.h"
#include "base/secret.h"

/*
 * A token in a file that somebody else writes and renews. It is read and
 * never written, and symbolic links are followed, for a projected volume is
 * made of them. It must be a regular file of at most IDENTITY_TOKEN_MAX
 * bytes that holds one token, which has not expired. FAULT_IDENTITY names
 * the file.
 */
int tokenfile_read(const char *path, struct secret **token, struct error *err);

#endif
