/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_ORIGIN_H
#define DAYPASS_WIRE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "wire/message.h"

/* What a request tells of its asker, whose surroundings are newer than the
 * agent's: the configuration's path and the variables that identities and
 * exchanges read (wire/variables.h, made from their files). */
void origin_write(struct writing *writing);

/* Adds what an answer `want` asks for: env.NAME or unset.NAME each. */
void origin_write_wanted(struct writing *writing, const struct message *want);

/* Why a request could not be written: names the variable that did not fit,
 * if it was one of those or one that `want` (may be NULL) asked for. Always
 * -1. */
int origin_unfit(const struct message *want, struct error *err);

/* The user's configuration as an absolute path; see dirs_config. */
int origin_config(char *path, size_t size, bool *named);

#endif
