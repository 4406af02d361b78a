/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_PROGRAM_H
#define DAYPASS_BASE_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

/* Finds a program by the PATH given, as execvp would: absolute names as they
 * are; relative and empty PATH elements are passed over. -1 when there is
 * none (err is not set). */
int program_find(const char *name, const char *path, char *found, size_t size);

/*
 * Runs argv[0] (absolute) without a shell, with standard input from /dev/null,
 * exactly the environment given, in a process group of its own that is killed
 * at the deadline (clock_ms). Standard output, at most `limit` bytes, goes to
 * *output. -1 with FAULT_IDENTITY: could not be run, exit status other than 0,
 * killed, too much output, or too late; the text holds the printable first
 * line of what it said on standard error, without what looks like a token.
 */
int program_run(const char *const *argv, const char *const *environment,
    int64_t deadline, size_t limit, struct secret **output, struct error *err);

#endif
