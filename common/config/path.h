/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_PATH_H
#define DAYPASS_CONFIG_PATH_H

#include <stddef.h>

/*
 * The path of a URL in the one spelling that can be compared byte for byte
 * (RFC 3986 6.2.2): what may stand as it is stands so, all else is escaped in
 * capitals. What two servers could read as two paths is refused: escaped
 * slashes, backslashes and control bytes; empty, `.` and `..` segments. The
 * slashes at both ends and the query are dropped. NULL, or why it is refused.
 */
const char *path_read(const char *text, char *path, size_t size);

/* Drops what git and git-lfs put behind a repository's path: "/info/lfs" and
 * what follows, and ".git". */
void path_strip_git(char *path);

#endif
