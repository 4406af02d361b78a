/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_INPUT_H
#define DAYPASS_HELPERS_INPUT_H

#include <stddef.h>

#include "base/error.h"

#define INPUT_MAX (256 * 1024)

/* What the tool wrote to us, with a NUL behind it. It can hold a password, so
 * it stays out of core dumps. */
struct input {
	size_t length;
	char bytes[INPUT_MAX + 1];
};

/* Reads standard input to its end, or until `end` has come (NULL: to its
 * end). -1: FAULT_USAGE for more than INPUT_MAX bytes. */
int input_read(struct input *input, const char *end, struct error *err);

#endif
