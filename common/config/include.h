/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_INCLUDE_H
#define DAYPASS_CONFIG_INCLUDE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "config/scan.h"

/* [include] path = PATH, as git-config(1) has it under "Includes". */
#define INCLUDE_PATH_MAX 4096

/* Does this entry stand in an [include] or [includeIf ...]? */
bool include_is(const struct scan_entry *entry);

/* The file that the entry names: absolute, in the home directory (~/), or
 * relative to the file `from` that holds it. -1 (FAULT_CONFIG): it names none,
 * or is of a sort that is not read here. */
int include_resolve(const struct scan_entry *entry, const char *from,
    char *path, size_t size, struct error *err);

#endif
