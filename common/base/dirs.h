/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_DIRS_H
#define DAYPASS_BASE_DIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define DIRS_PATH_MAX 4096

/* In the runtime directory, what is kept from who is in a child session: the
 * sessions, and records that are to go out. */
#define DIRS_SESSIONS "sessions"
#define DIRS_SPOOLS "spools"

/*
 * The runtime directory: $DAYPASS_RUNTIME_DIR, else $XDG_RUNTIME_DIR/daypass,
 * else /run/user/UID/daypass where /run/user/UID is ours, else
 * /tmp/daypass-UID. The environment is read with secure_getenv.
 */
int dirs_runtime(char *path, size_t size, struct error *err);

/* Opens the runtime directory (O_PATH is not enough for fsync and openat,
 * so O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC), makes it 0700 if `create`
 * and it is missing. It must be a directory, ours, that nobody else can
 * enter; otherwise -1 with the reason and the path: FAULT_REFUSED where it
 * is not safe, FAULT_SYSTEM where it cannot be made. A missing one without
 * `create` is -1 with errno ENOENT and err->fault FAULT_NONE. */
int dirs_open_runtime(bool create, struct error *err);

/* The user's configuration: $DAYPASS_CONFIG, else
 * ${XDG_CONFIG_HOME:-$HOME/.config}/daypass/config. `named` tells whether it
 * was named by the variable. -1 when there is neither (no HOME): path is "" */
int dirs_config(char *path, size_t size, bool *named);

/* Where a program of ours lies: beside this one (a build tree), else in
 * $(libexecdir)/daypass, else in ../libexec/daypass from this one. */
int dirs_program(const char *name, char *path, size_t size, struct error *err);

#endif
