/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_WRAP_H
#define DAYPASS_HELPERS_DAYPASS_WRAP_H

#include <limits.h>
#include <stdio.h>

/* Text that goes on at some column (from 0) of a person's terminal. Where
 * stdout is none, or one too narrow to help, all is printed as it is. */

/* Prints it to `out`, with a line end; broken between words, with the lines
 * that follow below the first. A word that is too long for a line is left to
 * the terminal, so that it can still be copied. WRAP_NOT: on one line. */
#define WRAP_NOT (UINT_MAX / 2)
void wrap_print(FILE *out, const char *text, unsigned column);

/* Takes out its middle where it does not fit into the line, with "..." for it.
 * Gives text back. */
char *wrap_cut(char *text, unsigned column);

#endif
