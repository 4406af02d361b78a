/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_PAINT_H
#define DAYPASS_HELPERS_DAYPASS_PAINT_H

/* Colour for a person's terminal: an escape sequence for stdout, or "" where
 * that is no terminal that can, or NO_COLOR is set (https://no-color.org). */
enum paint {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_FAINT,
	PAINT_GOOD,
	PAINT_WARN,
	PAINT_BAD,
};

const char *paint(enum paint colour);

/* The colour of what lives so many seconds more: good, soon gone (ten
 * minutes), all but gone (two minutes). */
enum paint paint_life(long long left);

#endif
