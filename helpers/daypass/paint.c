/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "helpers/daypass/paint.h"
#include "helpers/daypass/screen.h"

const char *
paint(enum paint colour)
{
	static const char *const sequences[] = {
	    [PAINT_PLAIN] = "\033[0m",
	    [PAINT_BOLD] = "\033[1m",
	    [PAINT_FAINT] = "\033[2m",
	    [PAINT_GOOD] = "\033[32m",
	    [PAINT_WARN] = "\033[33m",
	    [PAINT_BAD] = "\033[31m",
	};
	const char *refused = secure_getenv("NO_COLOR");

	if ((refused != NULL && refused[0] != '\0') || !screen_is())
		return "";
	return sequences[colour];
}

enum paint
paint_life(long long left)
{
	if (left < 120)
		return PAINT_BAD;
	return left < 600 ? PAINT_WARN : PAINT_GOOD;
}
