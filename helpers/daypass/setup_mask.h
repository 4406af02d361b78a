/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_MASK_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_MASK_H

#include "base/buffer.h"
#include "helpers/daypass/setup_text.h"

/*
 * A file as a person may be shown it: the same lines, with `***` for every
 * value that daypass did not put there. Whether a value is a secret cannot be
 * told by looking at it.
 */

/* A JSON file that was checked: strings and numbers but names, and helpers'
 * names. */
void setup_mask_json(struct buffer *out, const struct setup_text *text);

/* git's format and configparser's: values and comments. What goes on with a
 * value is not taken for a key. `ours` says which lines are not masked. */
enum setup_mask_kind { MASK_GIT, MASK_INI };
void setup_mask_lines(struct buffer *out, const struct setup_text *text,
    enum setup_mask_kind kind,
    bool (*ours)(const void *context, const char *line, size_t length),
    const void *context);

#endif
