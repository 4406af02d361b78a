/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_ROWS_H
#define DAYPASS_CONFIG_ROWS_H

/*
 * What daypass-config prints and the agent reads: one record a line, its
 * fields separated by a tab; in a field, tab, newline and backslash are
 * written \t, \n and \\. libgit2 stays in daypass-config.
 *
 *	file	ORIGIN PATH DEVICE INODE SIZE SECONDS NANOSECONDS
 *		a file that was read (ORIGIN: system or user; an include bears
 *		the origin of the file that names it), or that is missing (all
 *		numbers 0): what must be looked at to know of a change
 *	entry	ORIGIN PATH LINE SECTION SUBSECTION KEY VALUE
 *		in reading order; SUBSECTION is empty where there is none and
 *		`"` and the name where there is one; KEY and VALUE are empty
 *		for a section without keys, which LINE begins
 *	bad	ORIGIN PATH LINE TEXT
 *		the file cannot be used: nothing in it counts
 *	end
 *		always last, so that a cut-off output is noticed
 */

#endif
