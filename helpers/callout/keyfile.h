/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_KEYFILE_H
#define DAYPASS_HELPERS_CALLOUT_KEYFILE_H

#include "base/error.h"
#include "base/secret.h"

#define KEYFILE_MAX 4096

/* What a file holds: "/PATH", regular, ours or root's, which others can
 * neither read nor write and the group cannot write; or a variable of our
 * environment: "env:NAME". Blanks and line ends at both ends are dropped.
 * NULL: FAULT_CONFIG names it. */
struct secret *keyfile_read(const char *source, struct error *err);

/* A new file of mode 600 with this line. -1: it exists, or FAULT_SYSTEM. */
int keyfile_write(
    const char *path, const struct secret *line, struct error *err);

#endif
