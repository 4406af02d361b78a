/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SCREEN_H
#define DAYPASS_HELPERS_DAYPASS_SCREEN_H

#include <stdbool.h>

/* The terminal on stdout, for what is drawn again and again. */

/* Is it one that can be drawn on? Not a pipe, and not TERM=dumb. */
bool screen_is(void);

/* How large it is now; where the terminal does not say, by LINES and COLUMNS,
 * else 24 by 80. */
void screen_size(unsigned *rows, unsigned *columns);

/* Draws the text in the place of what was there, without flicker: long lines
 * are cut, and so is what does not fit below, with a word. */
void screen_draw(const char *text);

/* Prints it as it is; on a terminal of another character set than UTF-8 with
 * `?` for what is not ASCII. */
void screen_print(const char *text);

#endif
