/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_TEXT_H
#define DAYPASS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies a string if it fits with its NUL; -1, and `to` empty, if not. */
int text_copy(char *to, size_t size, const char *from);

/* Copies text from a stranger so that a person can be shown it: control
 * bytes, DEL, what turns the direction of text, and bytes that are no UTF-8
 * become `?`, and what does not fit ends in "...". Returns `to`. */
char *text_printable(char *to, size_t size, const char *from, size_t length);

/* Decimal digits only, at most `max`; -1 otherwise. */
int64_t text_number(const char *text, int64_t max);

/* Bytes, with `k`, `M` or `G` behind for powers of 1024; -1 otherwise. */
int64_t text_bytes(const char *text);

/* "yes", "true", "on", "1", "no", "false", "off", "0" as git reads them, the
 * empty string included (no); -1 for anything else. */
int text_boolean(const char *text);

/* The nearest of a NULL-terminated list, if it is near enough to be meant
 * (a third of its length in edits, at most 3), else NULL. */
const char *text_nearest(const char *word, const char *const *words);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);

/* Globs of the configuration. text_glob: `*` crosses none of / . : and `**`
 * crosses all. text_glob_fold: the same, and case does not matter.
 * text_glob_host: nor here, and `*` is one label or a part of one. */
bool text_glob(const char *pattern, const char *text);
bool text_glob_fold(const char *pattern, const char *text);
bool text_glob_host(const char *pattern, const char *host);

#endif
