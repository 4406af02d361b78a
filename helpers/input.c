/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "helpers/input.h"

static bool
has_ended(const struct input *input, const char *end)
{
	return end != NULL &&
	       memmem(input->bytes, input->length, end, strlen(end)) != NULL;
}

int
input_read(struct input *input, const char *end, struct error *err)
{
	ssize_t got = 1;

	input->length = 0;
	while (got != 0 && !has_ended(input, end)) {
		if (input->length == INPUT_MAX)
			return error_set(err, FAULT_USAGE,
			    "standard input has more than %d bytes", INPUT_MAX);
		got = read(STDIN_FILENO, input->bytes + input->length,
		    INPUT_MAX - input->length);
		if (got == -1 && errno != EINTR)
			return error_errno(err, "standard input");
		input->length += got > 0 ? (size_t)got : 0;
	}
	input->bytes[input->length] = '\0';
	return 0;
}
