/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_PAINT_H
#define DAYPASS_HELPERS_DAYPASS_PAINT_H

/* Colour for a person's terminal: an escape sequence for stdout, or "" where
 * that is no terminal or NO_COLOR is set (https://no-color.org). */
enum paint { PAINT_PLAIN, PAINT_BOLD, PAINT_FAINT, PAINT_GOOD, PAINT_BAD };

const char *paint(enum paint colour);

#endif
