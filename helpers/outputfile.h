/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_OUTPUTFILE_H
#define DAYPASS_HELPERS_OUTPUTFILE_H

#include <stddef.h>

/*
 * Writes a file whole or not at all: a new one, 0600, renamed over the name.
 * A symbolic link of that name is replaced, never followed. -1: nothing has
 * changed.
 */
int outputfile_write(const char *path, const char *bytes, size_t length);

#endif
