/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_ROW_H
#define DAYPASS_CONFIG_ROW_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* One record of config/rows.h, both ways. */
#define ROW_FIELDS 8

struct row {
	char *fields[ROW_FIELDS];
	unsigned count;
};

/* Takes the next row off `*at`, in place, and moves *at behind it. 1: a row.
 * 0: no bytes are left. -1 (FAULT_SYSTEM): a row without an end, with too
 * many fields, or with an escape that is none. */
int row_next(char **at, struct row *row, struct error *err);

/* Writing: a row's word, its fields, its end. What could not be written is
 * known to ferror(). */
void row_start(FILE *out, const char *word);
void row_field(FILE *out, const char *field);
void row_number(FILE *out, int64_t number);
void row_end(FILE *out);

#endif
